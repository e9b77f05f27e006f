import { labProcess } from './node.ts';
import { all, installed, kubectl, logging, pause, renewed, scaled } from './steps.ts';
import type { Defect, Site } from './types.ts';

const claim = 'pvc/log-data';
const volumeOf = ({ namespace }: Site) => `pv/edgex-${namespace}-log-data`;
/** A kubelet measures volumes every minute. */
const measuredAfterMs = 75_000;

export const storageDefects: readonly Defect[] = [
  {
    what: 'a volume without our labels',
    plant: ({ lab, ...site }) => lab.kubectl(['label', volumeOf({ lab, ...site }), 'app.kubernetes.io/managed-by-']),
    repair: ({ lab, ...site }) =>
      lab.kubectl(['label', volumeOf({ lab, ...site }), 'app.kubernetes.io/managed-by=edgex-boot']),
    fails: ['volumes-labelled'],
    hint: /sets the labels/,
  },
  {
    what: 'a claim without our labels',
    plant: kubectl('label', claim, 'edgex-boot/claim-'),
    repair: installed,
    fails: ['volumes-labelled'],
    hint: /sets the labels/,
    isQuick: true,
  },
  {
    what: 'a volume that goes with its claim',
    plant: (site) =>
      site.lab.kubectl(['patch', volumeOf(site), '-p', '{"spec":{"persistentVolumeReclaimPolicy":"Delete"}}']),
    repair: (site) =>
      site.lab.kubectl(['patch', volumeOf(site), '-p', '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}']),
    fails: ['volumes-retained'],
    hint: /sets Retain/,
    isQuick: true,
  },
  {
    what: 'a claim was deleted',
    plant: all(scaled(logging, 0), kubectl('delete', claim, '--timeout=60s')),
    repair: all(installed, scaled(logging, 1)),
    fails: ['claims-bound', 'services-scaled'],
    hint: /kubectl describe pvc/,
  },
  {
    what: 'a full disk',
    plant: all(
      (site) => labProcess(['mount', '-t', 'tmpfs', '-o', 'size=16m,mode=0777', 'tmpfs', directoryOf(site)]),
      renewed(logging),
      pause(measuredAfterMs),
    ),
    repair: all(
      scaled(logging, 0),
      (site) => labProcess(['umount', directoryOf(site)]),
      scaled(logging, 1),
      pause(measuredAfterMs),
    ),
    fails: ['volumes-free'],
    hint: /Make room/,
  },
];

function directoryOf({ namespace }: Site): string {
  return `/var/lib/edgex/${namespace}/log-data`;
}
