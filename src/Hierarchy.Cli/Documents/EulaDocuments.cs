using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>Licences.</summary>
internal sealed record EulaListDocument(IReadOnlyList<EulaBody> Eulas);

/// <summary>Licences that are accepted.</summary>
internal sealed record EulasAcceptedDocument(IReadOnlyList<string?> EulaIds, int Changed, PositionDocument? Position);

/// <summary>An update with a licence.</summary>
internal sealed record EulaUpdateBody(string? UpdateId, string Title);

/// <summary>A licence, and who accepted it.</summary>
internal sealed record EulaBody(
    string? EulaId, bool Accepted, string? AcceptedAt, string? AcceptedBy, IReadOnlyList<EulaUpdateBody> Updates, IReadOnlyList<string> Languages, string? Text, string? TextLanguage, string? TextMissing)
{
    public static EulaBody From(Eula eula) => new(
        Wire.Guid(eula.EulaId), eula.Accepted, Wire.Time(eula.AcceptedAt), Wire.NullIfEmpty(eula.AcceptedBy),
        [.. eula.Updates.Select(update => new EulaUpdateBody(Wire.Guid(update.UpdateId), update.Title))], [.. eula.Languages], Wire.NullIfEmpty(eula.Text), Wire.NullIfEmpty(eula.TextLanguage),
        Wire.NullIfEmpty(eula.TextMissing));
}
