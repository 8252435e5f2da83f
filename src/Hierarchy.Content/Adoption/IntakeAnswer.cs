namespace Hierarchy.Content.Adoption;

/// <summary>Whether a file that is carried in is wanted.</summary>
public enum IntakeAnswer
{
    /// <summary>Its bytes are taken.</summary>
    Wanted = 1,

    /// <summary>It is in the store.</summary>
    AlreadyHere = 2,

    /// <summary>No update of the catalog names it: nothing is stored that nobody asks for.</summary>
    Unknown = 3,
}
