using System.CommandLine;
using Hierarchy.Cli.Documents;
using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;
using Spectre.Console;

namespace Hierarchy.Cli.Approvals;

/// <summary>`eulas list`: licences of updates, who accepted them, and what they say.</summary>
internal sealed class EulasListVerb : Verb
{
    private readonly Option<string> update = new("--update") { Description = "Only those of this update and of what it bundles: an id, the beginning of one, or a KB number.", HelpName = "UPDATE" };
    private readonly Option<bool> open = new("--not-accepted") { Description = "Only those that nobody accepted." };
    private readonly Option<bool> text = new("--text") { Description = "With their texts; together with --update." };
    private readonly Option<string> language = new("--language") { Description = "The language of the texts, e.g. de; English where there is none in it.", HelpName = "LANGUAGE" };

    public EulasListVerb()
        : base("list", "List licences of updates.", "hierarchy eulas list --not-accepted", "hierarchy eulas list --update KB5013943 --text", "hierarchy eulas list --update KB5013943 --text --language de")
    {
        foreach (var option in new Option[] { update, open, text, language }) Options.Add(option);
        Validators.Add(result =>
        {
            if (result.GetValue(text) && result.GetValue(update) is null) result.AddError("--text shows the licences of one update: name it with --update.");
            if (result.GetValue(language) is not null && !result.GetValue(text)) result.AddError("--language is that of the texts: say --text too.");
        });
    }

    /// <summary>A licence's text for people, or why there is none.</summary>
    public static void WriteText(IAnsiConsole console, Eula eula)
    {
        console.WriteLine($"Licence {Wire.Guid(eula.EulaId)}{(eula.TextLanguage.Length > 0 ? $" ({eula.TextLanguage})" : "")}:");
        console.WriteLine(eula.Text.Length > 0 ? eula.Text : eula.TextMissing);
        console.WriteLine();
    }

    protected override async Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new ListEulasRequest
        {
            Update = arguments.GetValue(update) ?? "",
            NotAcceptedOnly = arguments.GetValue(open),
            WithText = arguments.GetValue(text),
            Language = arguments.GetValue(language) ?? "",
        };
        var response = await session.AskAsync(new ApprovalService.ApprovalServiceClient(session.Channel).ListEulasAsync, request);
        return session.Output.Write(new EulaListDocument([.. response.Eulas.Select(EulaBody.From)]), console =>
        {
            if (response.Eulas.Count == 0)
            {
                console.WriteLine(request.NotAcceptedOnly ? "There is no licence that nobody accepted." : "There are no licences.");
                return;
            }

            var table = session.Output.Table("LICENCE", "ACCEPTED", "BY", "UPDATES", "LANGUAGES");
            foreach (var eula in response.Eulas)
                table.AddTextRow(
                    Wire.Guid(eula.EulaId), eula.Accepted ? Wire.Time(eula.AcceptedAt) : "no", Wire.NullIfEmpty(eula.AcceptedBy),
                    eula.Updates.Count == 1 ? eula.Updates[0].Title : $"{eula.Updates[0].Title} and {eula.Updates.Count - 1} more", string.Join(' ', eula.Languages));
            console.Write(table);
            if (!request.WithText) return;
            foreach (var eula in response.Eulas) WriteText(console, eula);
        });
    }
}
