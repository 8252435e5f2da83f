namespace Hierarchy.Domain.Catalog;

/// <summary>The LocalizedPropertiesCollection element. English, titles and languages may be missing: a document is not refused for its prose.</summary>
internal sealed class TextsReader(FilesReader files)
{
    private readonly List<LocalizedText> _texts = [];

    public void Read(DocumentCursor cursor)
    {
        var depth = cursor.Reader.Depth;
        while (cursor.NextChild(depth))
        {
            if (cursor.Name == "LocalizedProperties") ReadOne(cursor);
            else if (cursor.Name == "EulaFile") files.ReadEula(cursor);
            else cursor.Skip();
        }
    }

    /// <summary>The default language first, then as in the document; an absent title is that of the first text that has one, else the id.</summary>
    public IReadOnlyList<LocalizedText> InOrder(string? defaultLanguage, RevisionId id)
    {
        var fallback = _texts.Find(text => IsLanguage(text, defaultLanguage) && text.Title.Length > 0)?.Title
            ?? _texts.Find(text => text.Title.Length > 0)?.Title
            ?? id.ToString();
        var ordered = new List<LocalizedText>(_texts.Count);
        foreach (var text in _texts)
        {
            var language = text.Language.Length == 0 ? defaultLanguage ?? "en" : text.Language;
            if (ordered.Exists(other => other.Language.Equals(language, StringComparison.OrdinalIgnoreCase))) continue;
            var complete = text.Title.Length == 0 || text.Language.Length == 0
                ? text with { Language = language, Title = text.Title.Length == 0 ? fallback : text.Title }
                : text;
            ordered.Insert(IsLanguage(complete, defaultLanguage) ? 0 : ordered.Count, complete);
        }

        if (ordered.Count == 0) ordered.Add(new LocalizedText(defaultLanguage ?? "en", fallback, ""));
        return ordered;
    }

    private void ReadOne(DocumentCursor cursor)
    {
        var depth = cursor.Reader.Depth;
        string language = "", title = "", description = "";
        string? uninstallNotes = null, moreInfo = null, support = null;
        while (cursor.NextChild(depth))
        {
            switch (cursor.Name)
            {
                case "Language":
                    language = cursor.ReadText();
                    break;
                case "Title":
                    title = cursor.ReadText();
                    break;
                case "Description":
                    description = cursor.ReadText();
                    break;
                case "UninstallNotes":
                    uninstallNotes = cursor.ReadTextOrNull();
                    break;
                case "MoreInfoUrl":
                    moreInfo = cursor.ReadTextOrNull();
                    break;
                case "SupportUrl":
                    support = cursor.ReadTextOrNull();
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        if (_texts.Count == UpdateDocument.MaxShortList)
            throw new IntegrityException($"There are texts in more than {UpdateDocument.MaxShortList} languages.");
        if (title.Length == 0 && description.Length == 0) return;
        _texts.Add(new LocalizedText(language, title, description) { UninstallNotes = uninstallNotes, MoreInfoUrl = moreInfo, SupportUrl = support });
    }

    private static bool IsLanguage(LocalizedText text, string? language) =>
        language is not null && text.Language.Equals(language, StringComparison.OrdinalIgnoreCase);
}
