import { pick, t } from '../../i18n/index'
import { cos } from '../../services/cos'
import { describeError, type Problem } from '../../services/describeError'
import { checkDomains, tryFolder } from '../../services/isolation'

interface Outcome {
  verb: string
  name: string
  own: boolean
  other: boolean
}

Page({
  data: {
    t: pick(
      'yourFolder',
      'rulesTitle',
      'rules',
      'tryTitle',
      'tryText',
      'otherFolder',
      'tryNow',
      'loading',
      'ownColumn',
      'otherColumn',
      'allowed',
      'refused',
      'whatCosSays',
      'domainsTitle',
      'domainsText',
      'checkDomains',
    ),
    prefix: '',
    bucket: '',
    region: '',
    other: '',
    isTrying: false,
    outcomes: [] as Outcome[],
    refusal: null as Problem | null,
    isChecking: false,
    domains: [] as { list: string; isAllowed: boolean; text: string }[],
  },

  async onLoad() {
    wx.setNavigationBarTitle({ title: t.isolation })
    await this.attempt(async () => {
      const { prefix, Bucket, Region } = await cos.caller()
      // A folder like the user's own, of a user who does not exist.
      const other = prefix.replace(/[^/]+\/$/, 'someone-else/')
      this.setData({ prefix, bucket: Bucket, region: Region, other })
    })
  },

  onOther(event: WechatMiniprogram.Input) {
    this.data.other = event.detail.value
  },

  async onTry() {
    if (this.data.isTrying) return
    this.setData({ isTrying: true, outcomes: [], refusal: null })
    await this.attempt(async () => {
      const other = this.data.other.replace(/\/*$/, '/')
      const own = await tryFolder(this.data.prefix)
      const others = await tryFolder(other)
      const refused = others.filter(({ problem }) => problem)[0]
      this.setData({
        outcomes: own.map(({ verb, isAllowed }, i) => ({
          verb,
          name: t.verbs[verb],
          own: isAllowed,
          other: others[i] ? others[i].isAllowed : false,
        })),
        refusal: refused ? refused.problem : null,
      })
    })
    this.setData({ isTrying: false })
  },

  async onCheckDomains() {
    if (this.data.isChecking) return
    this.setData({ isChecking: true, domains: [] })
    await this.attempt(async () => {
      const checks = await checkDomains()
      this.setData({
        domains: checks.map(({ list, missingHost, problem }) => ({
          list,
          isAllowed: !problem,
          text: missingHost ? t.domainMissing(missingHost) : problem ? problem.message : t.domainOk,
        })),
      })
    })
    this.setData({ isChecking: false })
  },

  /** Runs an action and shows the advice of its error. */
  async attempt(run: () => Promise<unknown>) {
    try {
      await run()
    } catch (error) {
      this.setData({ refusal: describeError(error) })
    }
  },
})
