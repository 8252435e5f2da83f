namespace Hierarchy.Domain.Catalog;

/// <summary>What a document tells the handler of its update (HandlerSpecificData), one record for each handler that is known; values as the document writes them.</summary>
public abstract record HandlerData
{
    private protected HandlerData()
    {
    }
}
