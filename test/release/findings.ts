/** A finding of a program: its check, and `Kind/name` without the hash of a Job. */
export interface Finding {
  readonly check: string
  readonly object: string
}

function finding(check: string, kind: string, name: string): Finding {
  return { check, object: `${kind}/${name.replace(/-[0-9a-f]{8}$/, '')}` }
}

/** Report of `kube-linter lint --format json`. */
export function kubeLinter(text: string): Finding[] {
  const { Reports } = JSON.parse(text) as {
    Reports:
      | {
          Check: string
          Object: { K8sObject: { Name: string; GroupVersionKind: { Kind: string } } }
        }[]
      | null
  }
  return (Reports ?? []).map(({ Check, Object: { K8sObject } }) =>
    finding(Check, K8sObject.GroupVersionKind.Kind, K8sObject.Name),
  )
}

/**
 * Critical findings of `kube-score score --output-format json`, which have grade 1. Skipped checks
 * have that grade too.
 */
export function kubeScore(text: string): Finding[] {
  const objects = JSON.parse(text) as {
    type_meta: { kind: string }
    object_meta: { name: string }
    checks: { check: { id: string }; grade: number; skipped: boolean }[]
  }[]
  return objects.flatMap(({ type_meta: { kind }, object_meta: { name }, checks }) =>
    checks
      .filter(({ grade, skipped }) => grade === 1 && !skipped)
      .map(({ check }) => finding(check.id, kind, name)),
  )
}

interface PolarisResults {
  readonly [check: string]: { readonly Success: boolean; readonly Severity: string }
}

/**
 * Findings of severity danger of `polaris audit --format json`, for objects, their pods and
 * containers.
 */
export function polaris(text: string): Finding[] {
  const { Results } = JSON.parse(text) as {
    Results: {
      Name: string
      Kind: string
      Results: PolarisResults | null
      PodResult: { Results: PolarisResults; ContainerResults: { Results: PolarisResults }[] } | null
    }[]
  }
  return Results.flatMap(({ Name, Kind, Results: own, PodResult }) => {
    const containers = PodResult?.ContainerResults.map((container) => container.Results) ?? []
    return [own ?? {}, PodResult?.Results ?? {}, ...containers]
      .flatMap((results) => Object.entries(results))
      .filter(([, { Success, Severity }]) => !Success && Severity === 'danger')
      .map(([check]) => finding(check, Kind, Name))
  })
}
