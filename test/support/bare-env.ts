/** For a program that a test starts: nothing of ours but the PATH, and what was compiled already. */
export const bareEnv = ({ PATH, NODE_COMPILE_CACHE } = process.env) => ({
  PATH,
  ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }),
})
