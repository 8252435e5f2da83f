namespace Hierarchy.Content.Transfer;

/// <summary>
/// One gate for what comes from outside the site and one for what comes from siblings. They are apart because a sibling may wait for what this server is to fetch: behind one gate, two servers could fill
/// all places with waiting for each other.
/// </summary>
internal sealed class TransferGates(int places)
{
    private readonly TransferGate _outside = new(places);
    private readonly TransferGate _siblings = new(places);

    public TransferGate Of(ContentOrigin origin) => origin.Kind == ContentOriginKind.Sibling ? _siblings : _outside;

    /// <summary>Looks whether someone may enter, after a priority rose.</summary>
    public void Admit()
    {
        _outside.Admit();
        _siblings.Admit();
    }
}
