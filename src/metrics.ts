import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What operators can watch at `/metrics`. */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  return {
    registry,
    received: new Counter({
      name: 'qingqun_messages_total',
      help: 'Messages taken in, by adapter and label',
      labelNames: ['adapter', 'label'],
      registers,
    }),
    refused: new Counter({
      name: 'qingqun_callbacks_refused_total',
      help: 'Callbacks refused, by adapter and code',
      labelNames: ['adapter', 'code'],
      registers,
    }),
    judgeFailures: new Counter({
      name: 'qingqun_judge_failures_total',
      help: 'Messages stored without a verdict because judging failed',
      registers,
    }),
    secondOpinions: new Counter({
      name: 'qingqun_second_opinions_total',
      help: 'Second opinions asked for, by how the question ended',
      labelNames: ['code'],
      registers,
    }),
    reconsidered: new Counter({
      name: 'qingqun_verdicts_corrected_total',
      help: 'Verdicts that a second opinion has corrected, by label before and after',
      labelNames: ['from', 'to'],
      registers,
    }),
    delivered: new Counter({
      name: 'qingqun_outbox_total',
      help: 'Outbox entries by channel and what became of them',
      labelNames: ['channel', 'state'],
      registers,
    }),
    acknowledged: new Histogram({
      name: 'qingqun_callback_seconds',
      help: 'Time from a callback to its acknowledgement',
      labelNames: ['adapter'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    listening: new Gauge({
      name: 'qingqun_listening',
      help: '1 while a way in that stays open hears its platform',
      labelNames: ['channel'],
      registers,
    }),
    gaps: new Counter({
      name: 'qingqun_gaps_total',
      help: 'Stretches of time whose messages were not heard',
      labelNames: ['channel'],
      registers,
    }),
    openAppeals: new Gauge({
      name: 'qingqun_appeals_open',
      help: 'Appeals that wait for a decision; decider="no": nobody in the groups can decide, the operator is asked to',
      labelNames: ['decider'],
      registers,
    }),
    listenerFaults: new Counter({
      name: 'qingqun_listener_faults_total',
      help: 'What went wrong with a way in that stays open, by channel and code',
      labelNames: ['channel', 'code'],
      registers,
    }),
    listeningBehind: new Gauge({
      name: 'qingqun_listening_behind_seconds',
      help: 'How long ago that was said which a way in hears now',
      labelNames: ['channel'],
      registers,
    }),
    unusedEvents: new Counter({
      name: 'qingqun_unused_events_total',
      help: 'Events of a platform that are of no use here; the debug log names their types',
      labelNames: ['channel'],
      registers,
    }),
    refusedWords: new Counter({
      name: 'qingqun_outbox_refused_total',
      help: 'Attempts to say something that did not succeed, by channel and code',
      labelNames: ['channel', 'code'],
      registers,
    }),
    quotaExhausted: new Gauge({
      name: 'qingqun_platform_quota_exhausted',
      help: '1 since the platform reported that its quota is used up',
      labelNames: ['channel'],
      registers,
    }),
  }
}

export type Metrics = ReturnType<typeof createMetrics>
