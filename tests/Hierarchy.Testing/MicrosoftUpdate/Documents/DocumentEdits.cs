using System.Globalization;
using System.Text.RegularExpressions;

namespace Hierarchy.Testing.MicrosoftUpdate.Documents;

/// <summary>Makes a further revision of a document, leaving the rest of its text as it is.</summary>
public static partial class DocumentEdits
{
    /// <summary>The same document under another revision number.</summary>
    public static string WithRevision(string xml, int revision) =>
        OwnRevision().Replace(xml, match => match.Groups[1].Value + revision.ToString(CultureInfo.InvariantCulture), 1);

    /// <summary>The same document, withdrawn.</summary>
    public static string AsExpired(string xml) => xml.Replace("PublicationState=\"Published\"", "PublicationState=\"Expired\"", StringComparison.Ordinal);

    // The document's own identity is the first one in it.
    [GeneratedRegex(@"(UpdateIdentity\b[^>]*?RevisionNumber="")\d+")]
    private static partial Regex OwnRevision();
}
