namespace Hierarchy.Content.Adoption;

/// <summary>How a file of another program's folder comes into the store.</summary>
public enum AdoptionMode
{
    /// <summary>As a second name of the same bytes where both are on one volume, else as a copy. Costs no space; the other program must never write into such a file, which WSUS does not.</summary>
    LinkOrCopy,

    /// <summary>Always as a copy: for a folder that something else may write into.</summary>
    Copy,
}
