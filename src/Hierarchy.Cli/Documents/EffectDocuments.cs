using Hierarchy.Cli.Formats;
using Hierarchy.Protocol.Admin.V1;

namespace Hierarchy.Cli.Documents;

/// <summary>What a command would do: nothing was done.</summary>
internal sealed record WhatIfDocument(string Verb, bool Changed, EffectsBody Effects)
{
    public bool WhatIf { get; } = true;
}

/// <summary>What would follow for computers, and for the content of servers.</summary>
internal sealed record EffectsBody(
    int Known, int Computers, int Updates, IReadOnlyList<ActionEffectBody> Actions, IReadOnlyList<PlaceEffectBody> Groups, IReadOnlyList<PlaceEffectBody> Sites, IReadOnlyList<PlaceEffectBody> Servers,
    IReadOnlyList<ConflictBody> Conflicts, IReadOnlyList<ContentEffectBody> Content, IReadOnlyList<LinkEffectBody> Links)
{
    public static EffectsBody From(DecisionEffects? effects)
    {
        effects ??= new DecisionEffects();
        return new EffectsBody(
            effects.Known, effects.Computers, effects.Updates,
            [.. effects.Actions.Select(action => new ActionEffectBody(NameOf(action.Before), NameOf(action.After), action.Decisions, action.Needed))],
            Places(effects.Groups), Places(effects.Sites), Places(effects.Servers),
            [.. effects.Conflicts.Select(conflict => new ConflictBody(Wire.Guid(conflict.UpdateId), conflict.Title, conflict.Winner, conflict.Loser, conflict.Computers))],
            [.. effects.Content.Select(content => new ContentEffectBody(content.Server, content.Source, content.Files, content.Bytes, content.BytesOnDemand, content.BytesLess))],
            [.. effects.Links.Select(link => new LinkEffectBody(link.From, link.To, link.Bytes))]);
    }

    private static PlaceEffectBody[] Places(IEnumerable<PlaceEffect> places) => [.. places.Select(place => new PlaceEffectBody(Wire.NullIfEmpty(place.Name), place.Computers))];

    private static string? NameOf(Protocol.Client.V1.DecisionAction action) => action == Protocol.Client.V1.DecisionAction.Unspecified ? null : Wire.Name(action);
}

/// <summary>So many decisions would change like this; null is nothing at all.</summary>
internal sealed record ActionEffectBody(string? Before, string? After, int Decisions, int Needed);

/// <summary>Computers of a group, site or server; null is none of them.</summary>
internal sealed record PlaceEffectBody(string? Name, int Computers);

/// <summary>Two approvals that would compete.</summary>
internal sealed record ConflictBody(string? UpdateId, string Title, string Winner, string Loser, int Computers);

/// <summary>What a server would want beyond what it wants now.</summary>
internal sealed record ContentEffectBody(string Server, string Source, int Files, long Bytes, long BytesOnDemand, long BytesLess);

/// <summary>What would go over a link.</summary>
internal sealed record LinkEffectBody(string From, string To, long Bytes);
