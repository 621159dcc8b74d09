import { App, Chart } from 'cdk8s'
import { AdmissionPolicy, type AdmissionPolicyProps } from './admission-policy.ts'
import {
  StoresApplicationSet,
  type StoresApplicationSetProps,
  StoresProject,
  type StoresProjectProps,
} from './argo-application.ts'
import { StatusReader, type StatusReaderProps } from './status-reader.ts'

type Shared = 'argocdNamespace' | 'repoURL'

/** One set of values for all objects of one Argo CD. */
export interface ArgoCdProps
  extends
    Pick<StoresApplicationSetProps, Shared | 'branch' | 'dashboardUrl'>,
    StatusReaderProps,
    AdmissionPolicyProps {
  readonly projects: readonly Omit<StoresProjectProps, Shared>[]
  readonly sets: readonly Pick<StoresApplicationSetProps, 'name' | 'project' | 'files'>[]
}

/** Kubernetes objects in the order in which they must be applied: an ApplicationSet without its project makes nothing. */
export interface ArgoCdObjects {
  readonly projects: readonly unknown[]
  /** What the API server refuses of Argo CD; without a namespace. */
  readonly policies: readonly unknown[]
  readonly applicationSets: readonly unknown[]
  /** ServiceAccount, Role and RoleBinding of the process that watches. */
  readonly rights: readonly unknown[]
}

/** What is installed once beside Argo CD, as plain objects. Same props, same objects. */
export function renderArgoCd(props: ArgoCdProps): ArgoCdObjects {
  const draw = (id: string, fill: (chart: Chart) => void) => {
    const chart = new Chart(new App(), id)
    fill(chart)
    return chart.toJson() as unknown[]
  }
  return {
    projects: draw('Projects', (chart) => {
      for (const project of props.projects) {
        new StoresProject(chart, project.name, { ...props, ...project })
      }
    }),
    policies: draw('Policies', (chart) => void new AdmissionPolicy(chart, 'Admission', props)),
    applicationSets: draw('ApplicationSets', (chart) => {
      for (const set of props.sets) new StoresApplicationSet(chart, set.name, { ...props, ...set })
    }),
    rights: draw('Rights', (chart) => void new StatusReader(chart, 'Reader', props)),
  }
}
