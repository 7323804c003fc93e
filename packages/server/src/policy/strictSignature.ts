/**
 * The bucket's strict signature setting (document 436/53892) that these functions ask for: Host, every
 * `x-cos-*` header and every parameter of a signed request must be signed, so that nobody can add to a
 * signature or a URL that they were given. Form uploads are not covered by it.
 */
export const STRICT_SIGNATURE = `<StrictSignatureConfiguration>
  <Rule>
    <ID>all</ID>
    <actionlist><action>*</action></actionlist>
    <headerlist><header>Host</header><header>x-cos-*</header></headerlist>
    <paramlist><param>all</param></paramlist>
  </Rule>
</StrictSignatureConfiguration>`
