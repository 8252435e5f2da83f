using System.CommandLine;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Hierarchy.Cli.Sync;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Updates;

/// <summary>`updates import`: takes updates from outside the selection, by the ids that the Update Catalog shows.</summary>
internal sealed partial class UpdatesImportVerb : Verb
{
    private const int Most = 100;

    private readonly Argument<string[]> updates = new("UPDATE") { Description = "Whole update ids, or addresses of the Update Catalog that hold one.", Arity = ArgumentArity.OneOrMore };

    public UpdatesImportVerb()
        : base(
            "import", "Take updates from outside the selection, with prerequisites and bundled updates to any depth; their later revisions are followed.",
            "hierarchy updates import 266f6222-0b4f-4a0f-9d4f-3e5f1a2b3c4d",
            "hierarchy updates import \"https://www.catalog.update.microsoft.com/ScopedViewInline.aspx?updateid=266f6222-0b4f-4a0f-9d4f-3e5f1a2b3c4d\"")
    {
        updates.Validators.Add(result =>
        {
            if (result.Errors.Any()) return;
            var given = result.GetValueOrDefault<string[]>() ?? [];
            if (given.Length > Most) result.AddError($"At most {Most} updates are imported at a time.");
            foreach (var text in given.Where(text => Parse(text) is null)) result.AddError($"'{text}' holds no update id: give the whole id, or the address of the update's page in the Update Catalog.");
        });
        Add(updates);
    }

    protected override Task<int> RunAsync(Session session, ParseResult arguments)
    {
        var request = new ImportUpdatesRequest { RequestedBy = session.User };
        foreach (var text in arguments.GetRequiredValue(updates))
            if (Parse(text) is { } id)
                request.UpdateIds.Add(ByteString.CopyFrom(id.ToByteArray(bigEndian: true)));
        return SyncStream.ShowAsync(session, () => session.Admin.ImportUpdates(request, session.Streaming));
    }

    protected override CommandFailedException Interrupted() => SyncStream.Interrupted();

    private static Guid? Parse(string text) =>
        Guid.TryParse(text.Trim(), out var id) || (IdInAddress().Match(text) is { Success: true } match && Guid.TryParse(match.Groups[1].ValueSpan, out id)) ? id : null;

    [GeneratedRegex("[?&]updateid=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:&|#|$)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex IdInAddress();
}
