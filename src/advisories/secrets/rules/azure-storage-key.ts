import { entropyBits } from '../entropy.ts';
import { defineRule, sample } from '../rule.ts';

export const azureStorageKey = defineRule({
  id: 'azure-storage-key',
  title: 'Azure storage key',
  sources: ['https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string'],
  keywords: ['AccountKey=', 'SharedAccessKey='],
  pattern: /(?:AccountKey|SharedAccessKey)=(?<secret>[A-Za-z0-9+/]{42,86}={1,2})/g,
  isReal: (secret) => entropyBits(secret) > 4,
  bad: [`AccountName=a;AccountKey=${sample(86)}==;`, `Endpoint=sb://a/;SharedAccessKey=${sample(43)}=`],
  good: ['AccountName=devstoreaccount1;AccountKey=<key>', `AccountKey=${'A'.repeat(86)}==`],
});
