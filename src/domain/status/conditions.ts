import type { ConditionVerdict, PhaseInput } from './verdict.ts'

/** The five facts that a phase is derived from, so that a reader can verify it. */
export function conditionsOf(input: PhaseInput): readonly ConditionVerdict[] {
  const { declared, application } = input
  const committedAt = new Date(declared.committedAt).toISOString()
  const operationEnd = application?.operationState?.finishedAt ?? null
  const looked = application?.operationState?.startedAt ?? application?.createdAt ?? committedAt
  return [
    declared.onMain
      ? fact(
          'Committed',
          'True',
          'OnMain',
          'The change is on the branch Argo CD reads',
          committedAt,
        )
      : fact(
          'Committed',
          'False',
          'NotOnMain',
          'The branch does not hold the rendered store',
          committedAt,
        ),
    observedFact(input, looked),
    syncedFact(input, operationEnd ?? looked),
    healthyFact(input, application?.healthSince ?? operationEnd ?? looked),
    fact('Reachable', 'Unknown', 'NoProbe', 'The shop itself is not probed', committedAt),
  ]
}

function observedFact(
  { application, observed, declared }: PhaseInput,
  at: string,
): ConditionVerdict {
  if (application === null) {
    return fact(
      'Observed',
      'False',
      'NoApplication',
      'Argo CD has no Application for this store',
      at,
    )
  }
  return observed === declared.required
    ? fact('Observed', 'True', 'Compared', 'Argo CD has compared exactly these manifests', at)
    : fact('Observed', 'False', 'OlderRevision', 'Argo CD has compared other manifests', at)
}

function syncedFact({ application, observed, declared }: PhaseInput, at: string): ConditionVerdict {
  if (application === null || application.sync === '' || application.sync === 'Unknown') {
    return fact(
      'Synced',
      'Unknown',
      'NotCompared',
      'Argo CD has not compared the manifests with the cluster',
      at,
    )
  }
  if (observed !== declared.required) {
    return fact('Synced', 'False', 'OlderRevision', 'An earlier change is applied', at)
  }
  return application.sync === 'Synced'
    ? fact('Synced', 'True', 'Synced', 'The cluster holds what Git declares', at)
    : fact('Synced', 'False', 'OutOfSync', 'The cluster differs from Git', at)
}

function healthyFact({ application }: PhaseInput, at: string): ConditionVerdict {
  const health = application?.health ?? ''
  if (health === '' || health === 'Unknown') {
    return fact('Healthy', 'Unknown', 'NotAssessed', 'Argo CD has not assessed its health', at)
  }
  return health === 'Healthy'
    ? fact('Healthy', 'True', 'Healthy', 'Argo CD reports every part healthy', at)
    : fact('Healthy', 'False', health, `Argo CD reports ${health}`, at)
}

function fact(
  type: ConditionVerdict['type'],
  status: ConditionVerdict['status'],
  reason: string,
  message: string,
  at: string,
): ConditionVerdict {
  return { type, status, reason, message, at }
}
