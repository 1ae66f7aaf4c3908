import { randomInt, randomUUID } from 'node:crypto'

export interface SimPod {
  name: string
  uid: string
  /** The hash of the pod template that it was made of. */
  template: string
  createdAt: number
  /** When the present container started, and when it will answer its readiness probe. */
  startedAt: number
  readyAt: number
  ready: boolean
  /** In a crash loop there is no container, only the wait for the next one. */
  looping: boolean
  restarts: number
  lastEnd: End | null
  log: LogLine[]
  previousLog: LogLine[]
}

/** How a container ended. */
export interface End {
  reason: 'OOMKilled' | 'Error'
  exitCode: number
  at: number
}

interface LogLine {
  at: number
  text: string
}

const LOG_LINES = 500

export function createPod(deployment: string, template: string, at: number, readyAt: number): SimPod {
  const suffix = Array.from({ length: 5 }, () => 'bcdfghjklmnpqrstvwxz2456789'[randomInt(27)]).join('')
  return {
    name: `${deployment}-${template}-${suffix}`,
    uid: randomUUID(),
    template,
    createdAt: at,
    startedAt: at,
    readyAt,
    ready: false,
    looping: false,
    restarts: 0,
    lastEnd: null,
    log: [],
    previousLog: [],
  }
}

/** Adds a line to the log of the pod's container, which keeps the end. */
export function say(pod: SimPod, at: number, text: string): void {
  pod.log.push({ at, text: `${new Date(at).toISOString()} ${text}` })
  if (pod.log.length > LOG_LINES) pod.log.shift()
}

/** The pod's container ends; the kubelet either starts the next one or, in a crash loop, waits. */
export function crash(pod: SimPod, end: End, next: { readyAt: number } | 'back-off'): void {
  pod.lastEnd = end
  pod.restarts += 1
  pod.ready = false
  pod.looping = next === 'back-off'
  if (next !== 'back-off') start(pod, end.at, next.readyAt)
}

/** A new container in the same pod. */
export function start(pod: SimPod, at: number, readyAt: number): void {
  pod.previousLog = pod.log
  pod.log = []
  pod.looping = false
  pod.startedAt = at
  pod.readyAt = readyAt
}
