using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>One update with its texts; <paramref name="Document"/> is its XML where it was asked for.</summary>
internal sealed record UpdateDetailDocument(UpdateDocument Update, IReadOnlyList<TextBody> Texts, string? DocumentSha256, string? Document, SupersedenceDocument? Supersedence)
{
    public static UpdateDetailDocument From(GetUpdateResponse response, bool withDocument)
        => new(
            UpdateDocument.From(response.Update), [.. response.Texts.Select(text => new TextBody(text.Language, text.Title, text.Description))],
            Wire.Hex(response.DocumentSha256), withDocument ? response.Document : null, SupersedenceDocument.From(response.Update.Supersedence));
}

/// <summary>What the update is called in one language.</summary>
internal sealed record TextBody(string Language, string Title, string Description);
