namespace Hierarchy.Content.Transfer;

/// <summary>Says where a file can be fetched, best first. Asked anew for every attempt, since parents and siblings change.</summary>
public interface IContentOrigins
{
    /// <summary>The places, best first; none when there is nowhere to fetch from at present.</summary>
    IReadOnlyList<ContentOrigin> For(ContentFile file);

    /// <summary>A sibling did not answer, in time or at all.</summary>
    void SiblingFailed(ContentOrigin origin)
    {
    }
}
