namespace Hierarchy.Domain.Catalog;

/// <summary>The PublicationState attribute of an update document.</summary>
public enum PublicationState
{
    /// <summary>Offered.</summary>
    Published = 0,

    /// <summary>Withdrawn by the publisher: neither offered nor evaluated; may only be uninstalled.</summary>
    Expired = 1,
}
