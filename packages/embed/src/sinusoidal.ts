/**
 * The sinusoidal position encoding of Vaswani et al., "Attention Is All You Need" (2017), section 3.5:
 *
 *     PE(pos, 2i)     = sin(pos / 10000^(2i / width))
 *     PE(pos, 2i + 1) = cos(pos / 10000^(2i / width))
 *
 * @returns row-major [positions, width]
 */
export function sinusoidalEncoding({ positions, width }: { positions: number; width: number }): Float32Array {
  const table = new Float32Array(positions * width)
  for (let channel = 0; channel < width; channel++) {
    const frequency = 10000 ** -((channel - (channel % 2)) / width)
    const wave = channel % 2 === 0 ? Math.sin : Math.cos
    for (let position = 0; position < positions; position++)
      table[position * width + channel] = wave(position * frequency)
  }
  return table
}
