/** How long to wait after so many failures in a row, in milliseconds: 0.5 s, 1 s, 2 s … 30 s, each ± 20 %. */
export const backoff = (failures: number): number =>
  Math.min(30_000, 500 * 2 ** Math.max(0, failures - 1)) * (0.8 + Math.random() * 0.4)
