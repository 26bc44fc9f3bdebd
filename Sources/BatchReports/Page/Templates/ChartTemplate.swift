import Tables

/// The template of a chart with its title, summary and legend.
enum ChartTemplate {
    static let name = "chart"

    static let text = #"""
        <figure{{#isWide}} class="wide"{{/isWide}}>
        <figcaption><h3>{{title}}</h3><p>{{summary}}</p></figcaption>
        {{#picture}}
        <div class="canvas">{{{.}}}</div>
        {{/picture}}
        {{#hasLegend}}
        <ul class="legend">
        {{#legend}}
        <li><span class="swatch {{kind}}" aria-hidden="true"></span><span class="name">{{name}}</span>
        <span class="amount">{{value}}</span></li>
        {{/legend}}
        </ul>
        {{/hasLegend}}
        </figure>

        """#
}
