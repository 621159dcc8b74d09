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

/** Values shared by all objects of one Argo CD. */
export interface ArgoCdProps
  extends
    Pick<StoresApplicationSetProps, Shared | 'branch' | 'dashboardUrl'>,
    StatusReaderProps,
    AdmissionPolicyProps {
  readonly projects: readonly Omit<StoresProjectProps, Shared>[]
  readonly sets: readonly Pick<StoresApplicationSetProps, 'name' | 'project' | 'files'>[]
}

/** Kubernetes objects in apply order. An ApplicationSet without its project creates nothing. */
export interface ArgoCdObjects {
  readonly projects: readonly unknown[]
  /** Admission policies for Argo CD. They are cluster-wide. */
  readonly policies: readonly unknown[]
  readonly applicationSets: readonly unknown[]
  /** ServiceAccount, Role and RoleBinding of the process that watches Argo CD. */
  readonly rights: readonly unknown[]
}

/**
 * The objects installed once next to Argo CD, as plain data. The same props give the same objects.
 */
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
