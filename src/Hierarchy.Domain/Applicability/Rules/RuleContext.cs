using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Domain.Applicability.Rules;

/// <summary>What a rule may look at.</summary>
/// <param name="Facts">The computer.</param>
/// <param name="Update">The update that the rule belongs to.</param>
/// <param name="Metadata">The Metadata element beside the rules, which MSI, CBS and driver rules refer to.</param>
/// <param name="LoopTarget">The subkey that the innermost RegKeyLoop stands at; HKEY_LOOP_TARGET names it.</param>
internal readonly record struct RuleContext(IFacts Facts, RevisionId Update, RuleMetadata Metadata, RegistryPath? LoopTarget);
