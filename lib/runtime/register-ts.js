'use strict';
/** For `node -r`, in a process of the project's that runs TypeScript. */
require('./typescript').registerTypeScript();
