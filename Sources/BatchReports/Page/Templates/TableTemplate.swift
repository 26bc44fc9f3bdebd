import Tables

/// The template of a table that scrolls in its own frame.
///
/// The controls that need the script are hidden until it runs.
enum TableTemplate {
    static let name = "table"

    static let text = #"""
        {{#filter}}
        <p class="filter" hidden>
        <label for="{{id}}-filter">{{.}}</label>
        <input id="{{id}}-filter" type="search" autocomplete="off" spellcheck="false" data-table="{{id}}"
        aria-describedby="{{id}}-searched">
        <span role="status"></span>
        <span class="searched" id="{{id}}-searched">{{searched}}</span>
        </p>
        {{/filter}}
        <div class="frame" role="region" aria-labelledby="{{id}}-caption" tabindex="0">
        <table id="{{id}}"{{#sortable}} class="sortable"{{/sortable}}>
        <caption id="{{id}}-caption">{{caption}}</caption>
        <thead>
        <tr>{{#columns}}<th scope="col" class="{{kind}}">{{title}}</th>{{/columns}}</tr>
        </thead>
        <tbody>
        {{#rows}}
        <tr>\#
        {{#head}}<th scope="row" class="{{kind}}"{{#sortKey}} data-key="{{.}}"{{/sortKey}}{{#cut}} title="{{whole}}"{{/cut}}>\#
        {{#cut}}{{start}}<span class="cut">{{middle}}</span>{{/cut}}{{text}}\#
        {{#code}}<code class="command">{{.}}</code>{{/code}}</th>{{/head}}\#
        {{#cells}}<td class="{{kind}}"{{#sortKey}} data-key="{{.}}"{{/sortKey}}{{#cut}} title="{{whole}}"{{/cut}}>\#
        {{#cut}}{{start}}<span class="cut">{{middle}}</span>{{/cut}}{{text}}</td>{{/cells}}\#
        </tr>
        {{/rows}}
        </tbody>
        {{#totals}}
        <tfoot>
        <tr>\#
        {{#head}}<th scope="row" class="{{kind}}">{{text}}</th>{{/head}}\#
        {{#cells}}<td class="{{kind}}">{{text}}</td>{{/cells}}\#
        </tr>
        </tfoot>
        {{/totals}}
        </table>
        </div>
        {{#notes}}
        <p class="remark">{{{.}}}</p>
        {{/notes}}

        """#
}
