/** Rows of cells as lines, each column as wide as its widest cell; numbers stand right. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(0, ...rows.map(row => row.length))
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(0, ...rows.map(row => lengthOf(row[column] ?? ''))),
  )
  const right = widths.map((_, column) =>
    rows.slice(1).every(row => /^[-+]?[\d.,]*(e[-+]?\d+)?[ %kMG]*$/.test(row[column] ?? '')),
  )
  return rows.map(row =>
    row
      .map((cell, column) => {
        const gap = ' '.repeat(widths[column]! - lengthOf(cell))
        return right[column] ? gap + cell : cell + gap
      })
      .join('  ')
      .trimEnd(),
  )
}

/** Characters, not halves of surrogate pairs. */
function lengthOf(text: string): number {
  return [...text].length
}
