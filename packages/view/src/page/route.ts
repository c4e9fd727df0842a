import { useEffect, useState } from 'preact/hooks'

/** The view in the address: `#/tokens`. */
export function useRoute(): string {
  const [path, setPath] = useState(read)
  useEffect(() => {
    const changed = () => setPath(read())
    addEventListener('hashchange', changed)
    return () => removeEventListener('hashchange', changed)
  }, [])
  return path
}

function read(): string {
  return location.hash.replace(/^#\/?/, '')
}
