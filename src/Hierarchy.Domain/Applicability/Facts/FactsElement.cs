using System.Globalization;
using System.Text.Json;

namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>An element of a facts document, with its path and the list on which everything that is wrong in the document is put.</summary>
internal sealed class FactsElement(JsonElement value, FactsElement? parent, string name, List<string> problems)
{
    internal string Name => name;

    internal bool IsNull => value.ValueKind == JsonValueKind.Null;

    internal bool IsText => value.ValueKind == JsonValueKind.String;

    internal bool IsNumber => value.ValueKind == JsonValueKind.Number;

    internal bool IsObject => value.ValueKind == JsonValueKind.Object;

    /// <summary>`os.major`, `devices[0].driver.date`, `registry['HKLM\SOFTWARE\X'].Level`.</summary>
    private string Path => parent?.Path switch
    {
        null => name,
        "" => name,
        var above when name.StartsWith('[') => above + name,
        var above when name.Length > 0 && name.All(char.IsAsciiLetterOrDigit) => $"{above}.{name}",
        var above => $"{above}['{name}']",
    };

    internal void Refuse(string problem) => problems.Add(Path.Length == 0 ? problem : $"{Path}: {problem}");

    /// <summary>The members; none, and a problem, when it is no object. A name that comes twice is a problem.</summary>
    internal IEnumerable<FactsElement> Members()
    {
        if (!IsObject)
        {
            Refuse($"an object {{ }} is wanted here, not {Kind}");
            yield break;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            var element = new FactsElement(member.Value, this, member.Name, problems);
            if (names.Add(member.Name)) yield return element;
            else element.Refuse("it is named twice");
        }
    }

    /// <summary>The items; none, and a problem, when it is no array.</summary>
    internal IEnumerable<FactsElement> Items()
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            Refuse($"an array [ ] is wanted here, not {Kind}");
            yield break;
        }

        var index = 0;
        foreach (var item in value.EnumerateArray())
            yield return new FactsElement(item, this, string.Create(CultureInfo.InvariantCulture, $"[{index++}]"), problems);
    }

    internal FactsElement? Member(string member)
        => IsObject && value.TryGetProperty(member, out var found) ? new FactsElement(found, this, member, problems) : null;

    /// <summary>A member that has to be there.</summary>
    internal FactsElement? Required(string member)
    {
        if (Member(member) is { } found) return found;
        if (IsObject) Refuse($"'{member}' is missing");
        return null;
    }

    internal void RefuseName(string known) => Refuse($"this is not known here; known are {known}");

    internal string? Text()
    {
        if (IsText) return value.GetString();
        Refuse($"a text is wanted here, not {Kind}");
        return null;
    }

    internal long? Number(long smallest, long largest)
    {
        if (IsNumber && value.TryGetInt64(out var number) && number >= smallest && number <= largest) return number;
        Refuse($"a whole number from {smallest} to {largest} is wanted here, not {Kind}");
        return null;
    }

    internal ulong? UInt64()
    {
        if (IsNumber && value.TryGetUInt64(out var number)) return number;
        Refuse($"a whole number from 0 to {ulong.MaxValue} is wanted here, not {Kind}");
        return null;
    }

    internal bool? Flag()
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Refuse($"true or false is wanted here, not {Kind}");
        return null;
    }

    internal FourPartVersion? Version()
    {
        if (Text() is not { } text) return null;
        if (FourPartVersion.TryParse(text, out var version)) return version;
        Refuse($"'{text}' is not a version (one to four numbers with dots between)");
        return null;
    }

    internal Guid? Id()
    {
        if (Text() is not { } text) return null;
        if (Guid.TryParse(text, out var id)) return id;
        Refuse($"'{text}' is not a GUID");
        return null;
    }

    internal DateTimeOffset? Instant()
    {
        if (IsText && value.TryGetDateTimeOffset(out var instant)) return instant;
        Refuse($"a time such as 2026-01-31T12:00:00Z is wanted here, not {Kind}");
        return null;
    }

    internal DateOnly? Date()
    {
        if (IsText && DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) return date;
        Refuse($"a date such as 2026-01-31 is wanted here, not {Kind}");
        return null;
    }

    private string Kind => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.Null => "null",
        _ => value.GetRawText() is { Length: <= 60 } text ? text : "a long text",
    };
}
