namespace Hierarchy.Domain.Synchronization;

/// <summary>A language that updates come in, by the short name that Microsoft's protocols use.</summary>
/// <param name="Name">Lower case, e.g. `pt-br`.</param>
/// <param name="Title">In English.</param>
public sealed record UpdateLanguage(string Name, string Title)
{
    /// <summary>Those that Microsoft Update names, by name. An upstream may know fewer, or others.</summary>
    public static IReadOnlyList<UpdateLanguage> Known { get; } =
    [
        new("ar", "Arabic"), new("bg", "Bulgarian"), new("cs", "Czech"), new("da", "Danish"), new("de", "German"), new("el", "Greek"), new("en", "English"), new("es", "Spanish"),
        new("et", "Estonian"), new("fi", "Finnish"), new("fr", "French"), new("he", "Hebrew"), new("hi", "Hindi"), new("hr", "Croatian"), new("hu", "Hungarian"), new("it", "Italian"),
        new("ja", "Japanese"), new("ja-nec", "Japanese (NEC)"), new("ko", "Korean"), new("lt", "Lithuanian"), new("lv", "Latvian"), new("nl", "Dutch"), new("no", "Norwegian"),
        new("pl", "Polish"), new("pt", "Portuguese"), new("pt-br", "Portuguese (Brazil)"), new("ro", "Romanian"), new("ru", "Russian"), new("sk", "Slovak"), new("sl", "Slovenian"),
        new("sr", "Serbian"), new("sv", "Swedish"), new("th", "Thai"), new("tr", "Turkish"), new("uk", "Ukrainian"), new("zh-cn", "Chinese (Simplified)"),
        new("zh-hk", "Chinese (Hong Kong)"), new("zh-tw", "Chinese (Traditional)"),
    ];

    /// <summary>Its title; the short name itself where nothing else is known.</summary>
    public static string TitleOf(string name) => Known.FirstOrDefault(language => language.Name == name)?.Title ?? name;

    /// <summary>The short name for a culture such as `de-DE`; null where updates come in no such language.</summary>
    public static string? Of(string culture)
    {
        var name = culture.ToLowerInvariant();
        var general = name.Split('-')[0] switch
        {
            "nb" or "nn" => "no",
            "zh" => name.EndsWith("-hk", StringComparison.Ordinal) || name.EndsWith("-mo", StringComparison.Ordinal) ? "zh-hk"
                : name.EndsWith("-tw", StringComparison.Ordinal) || name.Contains("hant", StringComparison.Ordinal) ? "zh-tw" : "zh-cn",
            var other => other,
        };
        return Known.FirstOrDefault(language => language.Name == name)?.Name ?? Known.FirstOrDefault(language => language.Name == general)?.Name;
    }
}
