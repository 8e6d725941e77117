import { mount } from 'svelte'
import './app.css'
import App from './app.svelte'
import { router } from './router.svelte.ts'
import { theme } from './theme.svelte.ts'

theme.apply()
router.listen()
mount(App, { target: document.getElementById('app')! })
