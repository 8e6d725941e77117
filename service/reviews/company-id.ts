/** An id made of a company's name: "Acme & Sons Ltd." → "acme-sons-ltd"; an id stays as it is, in lower case. */
export function companyIdOf(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}._]+/gu, '-')
    .replace(/^[-._]+|[-._]+$/g, '')
    .slice(0, 100)
}

/** A name to show for an id: "british-airways" → "British Airways"; a name stays as it is. */
export function companyNameOf(idOrName: string): string {
  if (/\s|\p{Lu}/u.test(idOrName)) return idOrName.trim()
  return idOrName
    .split(/[-_]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')
}
