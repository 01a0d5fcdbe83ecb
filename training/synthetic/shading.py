# ruff: noqa: E501 (formulas read better on one line)
"""The shaders of the renderer. A software rasterizer computes both sides of a branch, so each kind of surface has its own."""

# Up to three lights with directions in camera coordinates, soft light from above and below, a camera's tone curve.
_LIGHT = """
#version 330
uniform vec3 light_direction[3], light_color[3], sky_color, ground_color, tint; uniform float exposure, saturation; uniform int lights;
vec3 tone(vec3 c) {
    c = max(c * exposure * tint, 0.0); c = c / (c + 0.155) * 1.019;
    return mix(vec3(dot(c, vec3(0.3, 0.59, 0.11))), c, saturation);
}
vec3 around(vec3 n) { return mix(ground_color, sky_color, 0.5 + 0.5 * n.y); }
"""

# A head turns on its neck: what lies low belongs to the body. Visibility comes as nine spherical harmonics a vertex.
HEAD_VERTEX = """
#version 330
in vec3 position; in vec3 normal; in vec4 fixed0; in vec4 fixed1; in vec4 fixed2; in vec4 fixed3;
uniform mat4 view, body, projection; uniform vec4 harmonics[9]; uniform float furrows[16];
out vec3 v_position, v_normal, v_light; out vec2 v_uv, v_furrow; out float v_open, v_paint;
void main() {
    float turned = 1.0 - fixed3.w;
    vec4 p = mix(body * vec4(position, 1.0), view * vec4(position, 1.0), turned);
    v_position = p.xyz;
    v_normal = mix(mat3(body) * normal, mat3(view) * normal, turned);
    v_uv = fixed0.xy; v_furrow = vec2(furrows[int(fixed0.z + 0.5)], furrows[int(fixed0.w + 0.5)]);
    vec4 seen = harmonics[0] * fixed1.x + harmonics[1] * fixed1.y + harmonics[2] * fixed1.z + harmonics[3] * fixed1.w
        + harmonics[4] * fixed2.x + harmonics[5] * fixed2.y + harmonics[6] * fixed2.z + harmonics[7] * fixed2.w + harmonics[8] * fixed3.x;
    v_light = clamp(seen.xyz, 0.0, 1.0); v_open = fixed3.y; v_paint = fixed3.z;
    gl_Position = projection * p;
}
"""

# What lies inside of the face needs neither shadows nor furrows.
INNER_VERTEX = """
#version 330
in vec3 position; in vec3 normal; in vec4 fixed0; in vec4 fixed3;
uniform mat4 view, projection;
out vec3 v_position, v_normal, v_head; out vec2 v_uv; out float v_paint;
void main() {
    vec4 p = view * vec4(position, 1.0);
    v_position = p.xyz; v_head = position; v_normal = mat3(view) * normal; v_uv = fixed0.xy; v_paint = fixed3.z;
    gl_Position = projection * p;
}
"""

SKIN_FRAGMENT = (
    _LIGHT
    + """
in vec3 v_position, v_normal, v_light; in vec2 v_uv, v_furrow; in float v_open, v_paint;
uniform sampler2D color_map, furrow_map, detail_map; uniform vec3 head_up, hair; uniform float pore;
out vec4 color;
void main() {
    vec4 painted = texture(color_map, v_uv), furrow = texture(furrow_map, v_uv), detail = texture(detail_map, v_uv);
    vec3 albedo = painted.rgb * painted.rgb; float oil = painted.a;
    albedo = mix(albedo, hair, v_paint); oil *= 1.0 - v_paint;
    vec3 smooth_n = normalize(v_normal); if (!gl_FrontFacing) smooth_n = -smooth_n;
    vec3 t = normalize(cross(head_up, smooth_n)), b = cross(smooth_n, t);
    vec2 fold = (furrow.xy - 0.502) * v_furrow.x + (furrow.zw - 0.502) * v_furrow.y;
    vec2 slope = 2.4 * (fold + (detail.xy - 0.502) * pore);
    vec3 n = normalize(smooth_n - slope.x * t - slope.y * b);
    float crease = 1.0 - 0.45 * clamp(detail.z * v_furrow.x + detail.w * v_furrow.y, 0.0, 1.0);
    vec3 eye = normalize(-v_position);
    float open = v_open * crease; float facing = clamp(dot(n, eye), 0.0, 1.0);
    vec3 flat_n = normalize(n + smooth_n);
    vec3 diffuse = around(n) * vec3(mix(open, sqrt(open), 0.5), open, open); vec3 shine = vec3(0.0);
    float power = mix(9.0, 42.0, oil);
    for (int i = 0; i < lights; i++) {
        vec3 l = light_direction[i]; float nl = dot(n, l), soft = dot(flat_n, l);
        vec3 scattered = clamp((vec3(mix(nl, soft, 0.6), nl, nl) + vec3(0.26, 0.10, 0.06)) / vec3(1.26, 1.10, 1.06), 0.0, 1.0);
        float seen = v_light[i] * crease;
        diffuse += light_color[i] * scattered * vec3(mix(seen, sqrt(seen), 0.4), seen, seen);
        vec3 h = normalize(l + eye); float nh = clamp(dot(n, h), 0.0, 1.0);
        float away = 1.0 - clamp(dot(eye, h), 0.0, 1.0), squared = away * away, fresnel = 0.03 + 0.5 * squared * squared * away;
        float wide = exp2(1.44 * power * (nh - 1.0));
        shine += light_color[i] * (seen * fresnel * clamp(nl * 3.0 + 0.3, 0.0, 1.0) * (0.7 * wide * power * 0.16 + 0.5 * oil * wide * wide * wide * wide * power * 0.25));
    }
    float rim = (1.0 - facing) * (1.0 - facing); rim *= rim;
    vec3 lit = albedo * diffuse + shine * (0.25 + oil) * 1.6 + around(n) * open * rim * 0.10;
    color = vec4(tone(lit), 1.0);
}
"""
)

# Inside of the mouth (dark with depth), gums, teeth; which one by color and gloss.
MOUTH_FRAGMENT = (
    _LIGHT
    + """
in vec3 v_position, v_normal, v_head;
uniform vec3 albedo; uniform float gloss, deepest, foremost, mouth_open;
out vec4 color;
void main() {
    vec3 n = normalize(v_normal); if (!gl_FrontFacing) n = -n;
    vec3 eye = normalize(-v_position);
    float depth = smoothstep(deepest, foremost, v_head.z);
    float reach = depth * depth * (0.35 + 0.65 * mouth_open) * smoothstep(4.6, 1.2, abs(v_head.x));
    vec3 diffuse = around(n) * 0.7; vec3 shine = vec3(0.0);
    for (int i = 0; i < lights; i++) {
        float nl = clamp(dot(n, light_direction[i]) * 0.75 + 0.25, 0.0, 1.0);
        diffuse += light_color[i] * nl;
        shine += light_color[i] * exp2(86.0 * (dot(n, normalize(light_direction[i] + eye)) - 1.0)) * gloss;
    }
    color = vec4(tone((albedo * diffuse + shine) * reach), 1.0);
}
"""
)

EYE_FRAGMENT = (
    _LIGHT
    + """
in vec3 v_position, v_normal, v_head; in float v_paint;
uniform vec3 iris, blood; uniform float iris_size, pupil; uniform vec2 upper_lid; uniform vec4 iris_center; uniform vec3 lamp;
out vec4 color;
void main() {
    vec3 n = normalize(v_normal), eye = normalize(-v_position);
    float r = v_paint / iris_size;
    vec2 from = v_head.xy - (v_head.x > 0.0 ? iris_center.zw : iris_center.xy);
    float angle = atan(from.y, from.x);
    float streak = 0.75 + 0.22 * sin(angle * 23.0 + 3.0 * sin(angle * 7.0)) + 0.18 * sin(angle * 41.0 + r * 6.0);
    vec3 inner = iris * mix(2.6, 1.3, smoothstep(0.35, 0.95, r)) * streak;
    inner *= 1.0 - 0.55 * smoothstep(0.75, 1.0, r);
    inner = mix(vec3(0.004), inner, smoothstep(pupil - 0.05, pupil + 0.05, r));
    vec3 white = mix(vec3(0.66, 0.62, 0.58), blood, smoothstep(1.3, 2.6, r) * 0.7 + 0.05 * sin(angle * 31.0 + r * 9.0));
    vec3 albedo = mix(inner, white, smoothstep(0.92, 1.08, r));
    float lid = v_head.x > 0.0 ? upper_lid.y : upper_lid.x;
    float shadow = mix(0.40, 1.0, smoothstep(-0.05, 0.50, lid - v_head.y)) * smoothstep(2.6, 1.5, abs(abs(v_head.x) - 3.1));
    vec3 diffuse = around(n) * 0.8; vec3 shine = vec3(0.0);
    float cornea = 1.0 - smoothstep(0.9, 1.25, r);
    vec3 round_n = normalize(n + 0.12 * cornea * vec3(from, 0.0));
    for (int i = 0; i < lights; i++) {
        diffuse += light_color[i] * clamp(dot(n, light_direction[i]) * 0.8 + 0.2, 0.0, 1.0);
        float nh = clamp(dot(round_n, normalize(light_direction[i] + eye)), 0.0, 1.0);
        shine += light_color[i] * (smoothstep(0.9955, 0.9985, nh) * 1.3 + pow(nh, 60.0) * 0.05);
    }
    vec3 mirrored = reflect(-eye, round_n);
    shine += sky_color * smoothstep(0.1, 0.5, mirrored.y) * smoothstep(0.85, 0.55, mirrored.y) * 0.10 * cornea;
    color = vec4(tone((albedo * diffuse + shine) * shadow), 1.0);
}
"""
)

LASH_FRAGMENT = (
    _LIGHT
    + """
in vec2 v_uv; in float v_paint;
uniform vec3 lash; uniform float lash_density;
out vec4 color;
void main() {
    float hairs = 0.65 + 0.35 * sin(v_uv.x * 900.0);
    color = vec4(tone(lash * (sky_color + light_color[0] * 0.3)), lash_density * hairs * v_paint);
}
"""
)

# Ribbons lie over each other many times: they are lit at their vertices, with highlights along the tangent (Kajiya and
# Kay, 1989); what is left for every pixel are the strands, stripes across the ribbon, and their ends.
HAIR_VERTEX = (
    _LIGHT
    + """
in vec3 position; in vec3 normal; in vec3 tangent; in vec4 strand;
uniform mat4 view, body, projection; uniform vec3 hair; uniform float hair_gloss;
out vec3 v_diffuse, v_shine; out vec4 v_strand;
void main() {
    float turned = smoothstep(-16.0, -9.0, position.y);
    vec4 p = mix(body * vec4(position, 1.0), view * vec4(position, 1.0), turned);
    vec3 n = normalize(mat3(view) * normal), t = normalize(mat3(view) * tangent), eye = normalize(-p.xyz);
    if (dot(n, eye) < 0.0) n = normalize(n + 0.6 * eye);
    float depth = mix(0.40, 1.0, smoothstep(0.0, 0.55, strand.y)) * (0.85 + 0.15 * n.y);
    v_diffuse = around(n); v_shine = vec3(0.0);
    for (int i = 0; i < lights; i++) {
        vec3 l = light_direction[i];
        float nl = clamp(dot(n, l) * 0.7 + 0.3, 0.0, 1.0);
        v_diffuse += light_color[i] * nl * sqrt(max(1.0 - 0.7 * dot(t, l) * dot(t, l), 0.0));
        float th = dot(t, normalize(l + eye)) + 0.16 * (strand.w - 0.5);
        v_shine += light_color[i] * nl * (exp2(-65.0 * th * th) * 0.05 + exp2(-11.5 * th * th) * 0.30 * hair);
    }
    v_diffuse *= hair * strand.z * depth; v_shine *= hair_gloss * depth; v_strand = strand;
    gl_Position = projection * p;
}
"""
)

HAIR_FRAGMENT = (
    _LIGHT
    + """
in vec3 v_diffuse, v_shine; in vec4 v_strand;
out vec4 color;
void main() {
    float across = v_strand.x * 5.0 + v_strand.w * 91.0, lane = floor(across);
    float number = fract(lane * 0.754877 + v_strand.w * 43.5453);
    float inside = abs(fract(across) - 0.5) * 2.0;
    if (v_strand.y > 0.45 + 0.75 * number + 0.2 * (1.0 - inside)) discard;
    color = vec4(tone(v_diffuse * (0.6 + 0.65 * number) * (1.0 - 0.35 * inside) + v_shine * (0.7 + 0.6 * number)), 1.0);
}
"""
)

PLAIN_VERTEX = """
#version 330
in vec3 position; in vec3 normal; in float shade;
uniform mat4 view, projection; uniform float before;
out vec3 v_position, v_normal, v_object; out float v_shade;
void main() {
    vec4 p = view * vec4(position, 1.0);
    v_position = p.xyz; v_normal = mat3(view) * normal; v_object = position; v_shade = shade;
    gl_Position = projection * p;
    vec4 nearer = projection * (p + vec4(0.0, 0.0, before, 0.0));
    gl_Position.z = nearer.z / nearer.w * gl_Position.w;
}
"""

PLAIN_FRAGMENT = (
    _LIGHT
    + """
in vec3 v_position, v_normal, v_object; in float v_shade;
float wave(float x) { return abs(fract(x) - 0.5) * 2.0; }
uniform vec3 albedo, second; uniform float gloss, pattern, kind, soft;
out vec4 color;
void main() {
    vec3 n = normalize(v_normal), eye = normalize(-v_position);
    if (dot(n, eye) < 0.0) n = -n;
    vec3 q = v_object;
    float weave = 0.9 + 0.1 * wave(q.x * 5.0) + 0.1 * wave(q.y * 5.0 + q.z);
    float stripes = smoothstep(0.42, 0.58, wave(q.y * (0.16 + 0.5 * kind) + 0.08 * wave(q.x * 0.11)));
    float checks = 0.5 * smoothstep(0.4, 0.6, wave(q.x * (0.16 + 0.33 * kind))) + 0.5 * stripes;
    vec3 base = mix(albedo, second, pattern * (kind < 0.5 ? stripes : checks)) * weave;
    vec3 diffuse = around(n) * v_shade; vec3 shine = vec3(0.0);
    for (int i = 0; i < lights; i++) {
        float nl = dot(n, light_direction[i]);
        diffuse += light_color[i] * v_shade * clamp((vec3(nl) + vec3(soft, 0.4 * soft, 0.3 * soft)) / (1.0 + 0.6 * soft), 0.0, 1.0);
        shine += light_color[i] * exp2(43.0 * (dot(n, normalize(light_direction[i] + eye)) - 1.0)) * gloss * v_shade;
    }
    color = vec4(tone(base * diffuse + shine * 0.4), 1.0);
}
"""
)

BACKGROUND_VERTEX = """
#version 330
in vec2 corner;
uniform vec2 shift;
out vec2 v_uv;
void main() { v_uv = corner * 0.46 + 0.5 + shift; gl_Position = vec4(corner, 0.9999, 1.0); }
"""

BACKGROUND_FRAGMENT = """
#version 330
in vec2 v_uv;
uniform sampler2D picture;
out vec4 color;
void main() { color = vec4(texture(picture, v_uv).rgb, 1.0); }
"""

DEPTH_VERTEX = """
#version 330
in vec3 position;
uniform mat4 matrix;
void main() { gl_Position = matrix * vec4(position, 1.0); }
"""

DEPTH_FRAGMENT = """
#version 330
void main() { }
"""
