import Tables

/// The template of the page.
///
/// Partials start at the beginning of a line, because the library indents the output of an indented partial.
enum PageTemplate {
    static let name = "page"

    static let text = #"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:;
        style-src '{{styleDigest}}'; script-src '{{scriptDigest}}';
        base-uri 'none'; form-action 'none'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="referrer" content="no-referrer">
        <meta name="generator" content="batchkeep {{toolVersion}}">
        <link rel="icon" href="data:,">
        <title>{{title}}</title>
        <style>{{{style}}}</style>
        </head>
        <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header>
        <h1>Message Batches in <bdi>{{archive}}</bdi></h1>
        <dl class="facts">
        <div><dt>Batches created</dt><dd>{{window}}</dd></div>
        <div><dt>Page created</dt><dd>{{generatedAt}}</dd></div>
        </dl>
        </header>
        <nav aria-label="Sections">
        <ul>
        <li><a href="#overview">Overview</a></li>
        <li><a href="#time">Over time</a></li>
        <li><a href="#results">Results</a></li>
        {{#models}}
        <li><a href="#models-title">Models</a></li>
        {{/models}}
        {{#prefixes}}
        <li><a href="#prefixes-title">Prefixes</a></li>
        {{/prefixes}}
        <li><a href="#errors-title">Errors</a></li>
        <li><a href="#batches-title">Batches</a></li>
        <li><a href="#about">About</a></li>
        </ul>
        </nav>
        <main id="content" tabindex="-1">
        <section aria-labelledby="overview">
        <h2 id="overview">Overview</h2>
        <div class="statement {{tone}}">
        <p><span class="badge" aria-hidden="true">{{badge}}</span><strong>{{verdict}}</strong>
        {{#listedAt}}The batches were last listed on {{.}}.{{/listedAt}}</p>
        {{#hasReasons}}
        <ul>
        {{#reasons}}
        <li>{{{.}}}</li>
        {{/reasons}}
        </ul>
        {{/hasReasons}}
        </div>
        {{#unpriced}}
        <div class="statement warning">
        <p><span class="badge" aria-hidden="true">!</span><strong>{{.}}</strong>
        They are included in all counts, but not in costs.</p>
        </div>
        {{/unpriced}}
        {{#hasHeadline}}
        <dl class="headline">
        {{#headline}}
        <div class="{{tone}}"><dt>{{label}}</dt><dd>\#
        <span class="value"{{#data}} data-value="{{.}}"{{/data}}>{{value}}</span>
        {{#exact}}
        <span class="exact">{{.}}</span>
        {{/exact}}
        {{#note}}
        <span class="note">{{.}}</span>
        {{/note}}
        {{#change}}
        <span class="change">{{.}}</span>
        {{/change}}
        </dd></div>
        {{/headline}}
        </dl>
        {{#periodBefore}}
        <p class="remark">{{.}}</p>
        {{/periodBefore}}
        {{/hasHeadline}}
        </section>
        <section aria-labelledby="time">
        <h2 id="time">Over time</h2>
        <div class="charts">
        {{#timeCharts}}
        {{> chart}}
        {{/timeCharts}}
        </div>
        {{#timeTable}}
        <details>
        <summary>Both charts as a table</summary>
        {{> table}}
        </details>
        {{/timeTable}}
        </section>
        <section aria-labelledby="results">
        <h2 id="results">Results</h2>
        <div class="charts many">
        {{#resultCharts}}
        {{> chart}}
        {{/resultCharts}}
        </div>
        </section>
        {{#models}}
        <section aria-labelledby="models-title">
        <h2 id="models-title">Models</h2>
        {{> table}}
        </section>
        {{/models}}
        {{#prefixes}}
        <section aria-labelledby="prefixes-title">
        <h2 id="prefixes-title">Custom-ID prefixes</h2>
        {{> table}}
        </section>
        {{/prefixes}}
        <section aria-labelledby="errors-title">
        <h2 id="errors-title">Errors</h2>
        {{#errors}}
        {{> table}}
        {{/errors}}
        {{^errors}}
        <p class="empty">No request of this window failed.</p>
        {{/errors}}
        </section>
        <section aria-labelledby="batches-title">
        <h2 id="batches-title">Batches</h2>
        {{#batches}}
        {{> table}}
        {{/batches}}
        {{^batches}}
        <p class="empty">No batches in this window.</p>
        {{/batches}}
        </section>
        <section aria-labelledby="about">
        <h2 id="about">About these figures</h2>
        <ul class="about">
        {{#about}}
        <li>{{{.}}}</li>
        {{/about}}
        </ul>
        </section>
        </main>
        <footer><p>Created by batchkeep {{toolVersion}} from the archive, offline.</p></footer>
        <script>{{{script}}}</script>
        </body>
        </html>

        """#
}
