namespace Hierarchy.Content.Serving;

/// <summary>What the conditional headers of a request lead to.</summary>
internal enum Precondition
{
    /// <summary>Answer, with the ranges asked for.</summary>
    Proceed,

    /// <summary>Answer the whole file: the asker's part is of another one (If-Range).</summary>
    IgnoreRange,

    /// <summary>304: the asker has it.</summary>
    NotModified,

    /// <summary>412: it is not the one that the asker means.</summary>
    Failed,
}
