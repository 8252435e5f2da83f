using System.Xml.Linq;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Applicability.Rules;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Domain.Applicability;

/// <summary>The ApplicabilityRules element of an update document, ready to evaluate.</summary>
public sealed record ApplicabilityRules
{
    /// <summary>An update without rules.</summary>
    public static ApplicabilityRules None { get; } = new();

    /// <summary>True when the update is on the computer; null when the document has no such rule.</summary>
    public ApplicabilityRule? IsInstalled { get; init; }

    /// <summary>True when the computer has something better; null when the document has no such rule.</summary>
    public ApplicabilityRule? IsSuperseded { get; init; }

    /// <summary>True when the update can be put on the computer; null when the document has no such rule.</summary>
    public ApplicabilityRule? IsInstallable { get; init; }

    internal RuleMetadata Metadata { get; init; } = RuleMetadata.None;

    /// <summary>
    /// Reads the ApplicabilityRules element, of a whole document (namespaces) or of a core fragment as [MS-WUSP] 3.1.1.1 shapes it (`b.RegDword`); null gives <see cref="None"/>.
    /// A rule that is not known, or whose attributes have no meaning, becomes one that evaluates to <see cref="Truth.Unknown"/> and says why: the update stays in the catalog and applies to nobody.
    /// </summary>
    /// <exception cref="IntegrityException">The rules are nested too deeply or are too many.</exception>
    public static ApplicabilityRules Read(XElement? element) => element is null ? None : new RuleReader().ReadRules(element);

    /// <summary>Passes over the element, which stays unread, within the limits of <see cref="Read"/>: what agents would refuse is refused here.</summary>
    internal static void PassOver(DocumentCursor cursor) => RuleReader.PassOver(cursor);

    /// <summary>Evaluates one rule of this update.</summary>
    /// <param name="rule">One of the three of this instance.</param>
    /// <param name="update">The update that the rules belong to: InstalledOnce asks for it.</param>
    /// <param name="facts">What is known about the computer.</param>
    public RuleOutcome Evaluate(ApplicabilityRule rule, RevisionId update, IFacts facts)
        => rule.Evaluate(new RuleContext(facts, update, Metadata, LoopTarget: null));
}
