import fs from 'fs';
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
const dir = process.argv[2];
const map = JSON.parse(fs.readFileSync(dir + '/documents.json'));
const documentLoader = async url => {
  const bare = url.split('#')[0];
  for(const u of [url, bare]) if(map[u]) {
    let document = map[u];
    if(url.includes('#') && u === bare && document.verificationMethod) document = {'@context': document['@context'][1], ...document.verificationMethod.find(m => m.id === url)};
    return {contextUrl: null, documentUrl: url, document};
  }
  throw new Error('not pinned: ' + url);
};
const suite = new DataIntegrityProof({cryptosuite});
const credential = JSON.parse(fs.readFileSync(dir + '/credential.json'));
const result = await vc.verifyCredential({credential, suite, documentLoader,
  checkStatus: map.__status ? o => checkStatus({...o, suite, documentLoader}) : async () => ({verified: true})});
console.log(JSON.stringify({verified: result.verified, error: result.error && String(result.error.errors ? result.error.errors.map(e=>e.message+' '+(e.cause||'')) : result.error), status: result.statusResult}));
