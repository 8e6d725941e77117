// Plain JavaScript that any Node since 18 can run: it is loaded before the first TypeScript file, which older ones cannot read.
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `tracechat needs Node 22.18 or newer, better 24, and this is Node ${process.versions.node}. ` +
      'Start it through npm (npm start), which uses the Node 24 in node_modules; ' +
      'after an install with --ignore-scripts run `npm rebuild node` first.',
  )
  process.exit(1)
}
