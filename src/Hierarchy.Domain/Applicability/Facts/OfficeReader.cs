using System.Globalization;
using Hierarchy.Domain.Office;

namespace Hierarchy.Domain.Applicability.Facts;

/// <summary>Reads the sections `office` and `users` of a facts document.</summary>
internal static class OfficeReader
{
    private const string Known = "line, source, state, user, code, name";

    internal static OfficeReport ReadInstallations(FactsElement section)
    {
        var installations = section.Items().Select(ReadInstallation).OfType<OfficeInstallation>().ToArray();
        if (installations.Length > OfficeReport.MaxInstallations) section.Refuse($"at most {OfficeReport.MaxInstallations} copies are taken");
        return new OfficeReport(IsKnown: true, installations);
    }

    internal static List<OfficeUser> ReadUsers(FactsElement section)
    {
        var users = new List<OfficeUser>();
        foreach (var item in section.Items())
        {
            foreach (var member in item.Members())
                if (member.Name is not ("name" or "loggedOn" or "profile")) member.RefuseName("name, loggedOn, profile");
            if (item.Required("name")?.Text() is not { } name) continue;
            if (name.Length is 0 or > 256) item.Refuse("a user's name has 1 to 256 characters");
            else if (users.Any(user => string.Equals(user.Name, name, StringComparison.OrdinalIgnoreCase))) item.Refuse($"user '{name}' is named twice");
            else users.Add(new OfficeUser(name, item.Member("loggedOn")?.Flag() ?? false, item.Member("profile")?.Text() ?? ""));
        }

        return users;
    }

    private static OfficeInstallation? ReadInstallation(FactsElement element)
    {
        foreach (var member in element.Members())
            if (member.Name is not ("line" or "source" or "state" or "user" or "code" or "name")) member.RefuseName(Known);
        if (element.Required("line") is not { } line || ReadLine(line) is not { } product) return null;
        return new OfficeInstallation
        {
            Line = product.Line,
            Version = product.Version,
            SourceKind = Read(element.Member("source"), ("media", OfficeSourceKind.Media), ("aip", OfficeSourceKind.AdministrativeInstallPoint), ("unknown", OfficeSourceKind.Unknown)),
            SourceState = Read(
                element.Member("state"), ("baseline", OfficeSourceState.Baseline), ("sp2", OfficeSourceState.Sp2OrLater), ("updated", OfficeSourceState.Updated), ("unknown", OfficeSourceState.Unknown)),
            User = element.Member("user")?.Text() ?? "",
            ProductCode = element.Member("code")?.Id()?.ToString("B").ToUpperInvariant() ?? "",
            Name = element.Member("name")?.Text() ?? "",
        };
    }

    private static OfficeProduct? ReadLine(FactsElement element)
    {
        if (element.Text() is not { } text) return null;
        switch (text.ToUpperInvariant())
        {
            case "XP" or "2002": return new OfficeProduct(OfficeProductLine.Xp2002, "");
            case "2003": return new OfficeProduct(OfficeProductLine.Office2003, "");
            case "2007": return new OfficeProduct(OfficeProductLine.Office2007, "");
            case "CLICK-TO-RUN": return new OfficeProduct(OfficeProductLine.ClickToRun, "");
            case { Length: 4 } year when int.TryParse(year, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 2010: return new OfficeProduct(OfficeProductLine.Later, year);
            default:
                element.Refuse($"'{text}' is no Office; there are xp, 2003, 2007, 2010 and later years, click-to-run");
                return null;
        }
    }

    private static T Read<T>(FactsElement? element, params (string Name, T Value)[] known)
        where T : struct
    {
        if (element?.Text() is not { } text) return default;
        foreach (var (name, value) in known)
            if (string.Equals(text, name, StringComparison.OrdinalIgnoreCase)) return value;
        element.Refuse($"'{text}' is not one of {string.Join(", ", known.Select(one => one.Name))}");
        return default;
    }
}
