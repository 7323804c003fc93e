/** Packages that a bundle requires from node_modules: native, large, or packages of this repository. */
export const EXTERNAL = {
  localCloud: ['classic-level', 'abstract-level', 'sharp'],
  preview: ['esbuild', 'postcss', 'glass-easel-template-compiler'],
  cli: [
    '@cloudbase/manager-node',
    '@miniprogram-cos/local-cloud',
    '@miniprogram-cos/simulator',
    'acorn',
    'cos-nodejs-sdk-v5',
    'esbuild',
    'https-proxy-agent',
    'miniprogram-cos',
    'tencentcloud-sdk-nodejs-sts',
  ],
}
