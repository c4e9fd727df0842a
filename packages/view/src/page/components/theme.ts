import { useEffect, useState } from 'preact/hooks'

export type Theme = 'system' | 'light' | 'dark'

const key = 'sluice-theme'

export function storedTheme(): Theme {
  const stored = localStorage.getItem(key)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

export function applyTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(key)
  else localStorage.setItem(key, theme)
  document.documentElement.dataset.theme = theme
  window.dispatchEvent(new Event('themechange'))
}

const dark = matchMedia('(prefers-color-scheme: dark)')

/** Changes whenever the colours do: for what is drawn rather than styled. */
export function useColours(): number {
  const [count, setCount] = useState(0)
  useEffect(() => {
    const changed = () => setCount(before => before + 1)
    window.addEventListener('themechange', changed)
    dark.addEventListener('change', changed)
    return () => {
      window.removeEventListener('themechange', changed)
      dark.removeEventListener('change', changed)
    }
  }, [])
  return count
}

/** A colour of the style sheet: `--ink`. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}
