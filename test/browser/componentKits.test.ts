import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describeInBrowser, openPage } from '../support/browser'
import { createTestPhone } from '../support/phones'
import { type AppOnCloud, startAppOnCloud } from '../support/previewApp'
import { writeProject } from '../support/projectFiles'
import { at } from '../support/root'
import { ALICE } from '../support/testCloud'

const PICTURE = at('packages/cli/samples/sea.png')

const UPLOAD = `
  const COS = require('miniprogram-cos')
  const cos = COS.cloud({ functionName: 'cos-credentials' })
  async function upload(name, FilePath) {
    const { prefix } = await cos.caller()
    await cos.uploadFile({ Key: prefix + name, FilePath })
  }`

/** A page of each kit: upload, cell, dialog, tabs and a form. */
const FILES = {
  'app.json': JSON.stringify({ pages: ['pages/tdesign/tdesign', 'pages/vant/vant'] }),
  'app.js': 'App({ onLaunch() { wx.cloud.init() } })',
  'pages/tdesign/tdesign.json': JSON.stringify({
    usingComponents: Object.fromEntries(
      ['upload', 'cell', 'cell-group', 'dialog', 'tabs', 'button', 'form', 'form-item', 'input']
        .map((name) => [`t-${name}`, `tdesign-miniprogram/${name}/${name}`])
        .concat([['t-tab-panel', 'tdesign-miniprogram/tab-panel/tab-panel']]),
    ),
  }),
  'pages/tdesign/tdesign.wxml': `
    <t-cell-group title="Files"><t-cell title="A cell" note="its note" hover arrow bind:click="ask" /></t-cell-group>
    <t-tabs defaultValue="1" bind:change="onTab"><t-tab-panel label="First" value="1">one</t-tab-panel>
      <t-tab-panel label="Second" value="2">two</t-tab-panel></t-tabs>
    <t-form id="form" data="{{form}}" rules="{{rules}}" bind:submit="onSubmit">
      <t-form-item label="Name" name="name"><t-input value="{{form.name}}" placeholder="Your name" bind:change="onName" /></t-form-item>
      <t-button type="submit" theme="primary" bind:tap="submit">Send</t-button></t-form>
    <t-upload files="{{files}}" media-type="{{['image']}}" max="{{3}}" bind:add="onAdd" />
    <t-dialog visible="{{visible}}" title="Sure?" content="It is a dialog" confirm-btn="Yes" cancel-btn="No" bind:confirm="confirm" bind:cancel="confirm" />
    <view class="told">{{told}}</view>`,
  'pages/tdesign/tdesign.js': `${UPLOAD}
    Page({
      data: { files: [], visible: false, told: '', form: { name: '' }, rules: { name: [{ required: true, message: 'A name is needed' }] } },
      ask() { this.setData({ visible: true }) },
      confirm({ type }) { this.setData({ visible: false, told: type }) },
      onTab({ detail }) { this.setData({ told: 'tab ' + detail.value }) },
      onName({ detail }) { this.setData({ 'form.name': detail.value }) },
      submit() { this.selectComponent('#form').submit() },
      onSubmit({ detail }) { this.setData({ told: detail.validateResult === true ? 'sent' : 'invalid' }) },
      async onAdd({ detail }) {
        const files = detail.files.map((file) => ({ ...file, status: 'loading' }))
        this.setData({ files })
        await upload('tdesign.png', files[0].url)
        this.setData({ files: files.map((file) => ({ ...file, status: 'done' })), told: 'uploaded' })
      },
    })`,
  'pages/vant/vant.json': JSON.stringify({
    usingComponents: Object.fromEntries(
      ['uploader', 'cell', 'cell-group', 'dialog', 'tab', 'tabs', 'field', 'datetime-picker'].map(
        (name) => [`van-${name}`, `@vant/weapp/${name}/index`],
      ),
    ),
  }),
  'pages/vant/vant.wxml': `
    <van-cell-group><van-cell title="A cell" value="its value" is-link bind:click="ask" />
      <van-field value="{{name}}" label="Name" placeholder="Your name" bind:change="onName" /></van-cell-group>
    <van-tabs active="{{0}}" bind:change="onTab"><van-tab title="First">one</van-tab><van-tab title="Second">two</van-tab></van-tabs>
    <van-uploader file-list="{{files}}" bind:after-read="onRead" />
    <van-datetime-picker type="date" value="{{date}}" min-date="{{0}}" bind:input="onDate" />
    <van-dialog use-slot title="Sure?" show="{{visible}}" show-cancel-button confirm-button-text="Yes" bind:close="confirm" bind:confirm="confirm"><view>It is a dialog</view></van-dialog>
    <view class="told">{{told}}</view>`,
  'pages/vant/vant.js': `${UPLOAD}
    Page({
      data: { files: [], visible: false, told: '', name: '', date: new Date(2026, 4, 17).getTime() },
      ask() { this.setData({ visible: true }) },
      confirm({ type }) { this.setData({ visible: false, told: type }) },
      onTab({ detail }) { this.setData({ told: 'tab ' + detail.title }) },
      onName({ detail }) { this.setData({ told: 'name ' + detail }) },
      onDate({ detail }) { this.setData({ told: 'date ' + new Date(detail).getDate() }) },
      async onRead({ detail: { file } }) {
        this.setData({ files: [{ ...file, status: 'uploading' }] })
        await upload('vant.png', file.url)
        this.setData({ files: [{ ...file, status: 'done' }], told: 'uploaded' })
      },
    })`,
}

describeInBrowser('component kits in the preview', () => {
  let app: AppOnCloud
  beforeAll(async () => {
    const root = writeProject(FILES)
    symlinkSync(at('node_modules'), join(root, 'node_modules'))
    app = await startAppOnCloud(root)
  })
  afterAll(() => app?.end())

  async function open(route: string) {
    const page = await openPage(app.browser, { viewport: { width: 375, height: 740 } })
    const problems: string[] = []
    page.on('pageerror', ({ message }) => problems.push(message))
    page.on('console', (message) => {
      if (/not in the preview|does not/.test(message.text())) problems.push(message.text())
    })
    await page.goto(app.urlOf(route))
    const told = (text: string) => page.locator('.told').getByText(text, { exact: true }).waitFor()
    return { page, problems, told }
  }

  const press = (page: Page, text: string) =>
    page.locator('wx-button:visible').filter({ hasText: text }).click()

  async function choose(page: Page, selector: string): Promise<void> {
    const chooser = page.waitForEvent('filechooser')
    await page.locator(selector).first().click()
    await (await chooser).setFiles(PICTURE)
  }

  async function storedBytes(name: string): Promise<number> {
    const { Contents } = await createTestPhone(app.cloud, ALICE).cos.getBucket({})
    return Number(Contents.find(({ Key }) => Key.endsWith(name))?.Size ?? 0)
  }

  test('TDesign: cell, dialog, tabs, form and upload', async () => {
    const { page, problems, told } = await open('pages/tdesign/tdesign')
    await page.getByText('A cell').click()
    await page.getByText('It is a dialog').waitFor()
    await press(page, 'Yes')
    await told('confirm')
    await page.getByText('Second', { exact: true }).click()
    await told('tab 2')
    await press(page, 'Send')
    await told('invalid')
    await page.locator('input').first().fill('Ming')
    await press(page, 'Send')
    await told('sent')
    await choose(page, '.t-upload__add-icon')
    await told('uploaded')
    expect(await storedBytes('tdesign.png')).toBeGreaterThan(10_000)
    expect(problems).toEqual([])
    await page.close()
  })

  test('Vant: cell, dialog, tabs, field, date picker and uploader', async () => {
    const { page, problems, told } = await open('pages/vant/vant')
    await page.getByText('A cell').click()
    await page.getByText('It is a dialog').waitFor()
    await press(page, 'Yes')
    await told('confirm')
    await page.getByText('Second', { exact: true }).click()
    await told('tab Second')
    await page.locator('input').first().fill('Ming')
    await told('name Ming')
    await page.getByText('18', { exact: true }).click()
    await told('date 18')
    await choose(page, '.van-uploader__upload')
    await told('uploaded')
    expect(await storedBytes('vant.png')).toBeGreaterThan(10_000)
    expect(problems).toEqual([])
    await page.close()
  })
})
