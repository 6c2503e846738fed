// Node's own servers and clients: servers.js KIND ADDRESS PORT [COUNT].
'use strict';
const http = require('http');
const cluster = require('cluster');

const [kind, address, port, count] = [process.argv[2], process.argv[3], +process.argv[4], +process.argv[5]];

const answer = (request, response) => {
  if (request.method === 'POST') {
    request.pipe(response);
  } else {
    response.end(`from ${process.pid}\n`);
  }
};

function get(agent) {
  return new Promise((resolve, reject) => {
    http.get({host: address, port, agent, path: '/'}, response => {
      let body = '';
      response.on('data', data => (body += data));
      response.on('end', () => resolve(body));
    }).on('error', reject);
  });
}

async function clients() {
  const agent = new http.Agent({keepAlive: true, maxSockets: 8});
  const bodies = await Promise.all(Array.from({length: count}, () => get(agent)));
  agent.destroy();
  console.log(`${bodies.filter(body => body.startsWith('from ')).length} answers`);
}

switch (kind) {
  case 'http':
    process.on('SIGTERM', () => process.exit(0));
    http.createServer(answer).listen(port, address);
    break;
  case 'cluster':
    if (cluster.isPrimary) {
      process.on('SIGTERM', () => cluster.disconnect(() => process.exit(0)));
      cluster.fork();
      cluster.fork();
    } else {
      http.createServer((request, response) => {
        response.setHeader('Connection', 'close');
        answer(request, response);
      }).listen(port, address);
    }
    break;
  case 'clients':
    clients();
    break;
}
