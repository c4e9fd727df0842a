import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import '@fontsource-variable/source-serif-4/wght.css'
import 'uplot/dist/uPlot.min.css'
import './styles/colours.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/components.css'
import './styles/views.css'
import { render } from 'preact'
import { App } from './app.tsx'
import { applyTheme, storedTheme } from './components/theme.ts'

applyTheme(storedTheme())
render(<App />, document.getElementById('page')!)
