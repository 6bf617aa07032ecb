import { say } from './words.js';

document.querySelector('h1').textContent = say('title');
