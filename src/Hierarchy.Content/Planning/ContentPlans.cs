namespace Hierarchy.Content.Planning;

/// <summary>The plan as it stands. Whoever knows what is approved sets it; the rest of the room reads it.</summary>
public sealed class ContentPlans(ContentOptions options)
{
    private volatile ContentPlan _current = ContentPlan.Nothing(options.Policy);
    private volatile bool _isKnown;

    /// <summary>False before the first plan that knows the catalog: until then nothing counts as unneeded.</summary>
    public bool IsKnown => _isKnown;

    /// <summary>The plan.</summary>
    public ContentPlan Current
    {
        get => _current;
        set
        {
            _current = value;
            _isKnown = true;
        }
    }
}
