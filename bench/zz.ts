import { tenReplicas } from '/work/main/bench/contention.ts'
console.log(await tenReplicas())
process.exit(0)
