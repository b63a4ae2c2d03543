import { defineRule, sample } from '../rule.ts';

export const kubeconfigCredential = defineRule({
  id: 'kubeconfig-credential',
  title: 'Credential of a Kubernetes cluster',
  sources: ['https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/'],
  keywords: ['client-key-data', 'token', 'password'],
  where: /(?:\/\.kube\/config|\/kubeconfig|\.kubeconfig|\/kubernetes\/[\w-]+\.conf|\/serviceaccount\/token)$/,
  pattern:
    /(?:^|[\s"'])(?:client-key-data|token|password)["']?\s{0,3}:\s{0,3}["']?(?<secret>[A-Za-z0-9+/=._-]{8,20000})/g,
  bad: [
    { at: '/root/.kube/config', text: `users:\n- user:\n    client-key-data: ${sample(200)}\n` },
    { at: '/etc/kubernetes/admin.conf', text: `users:\n- user:\n    token: ${sample(40)}\n` },
  ],
  good: [
    {
      at: '/root/.kube/config',
      text: `clusters:\n- cluster:\n    certificate-authority-data: ${sample(200)}\n`,
    },
    { at: '/app/values.yaml', text: `token: ${sample(40)}` },
  ],
});
