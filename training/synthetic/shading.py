# ruff: noqa: E501 (formulas read better on one line)
"""The shaders of the renderer: one program for the head, one for everything flat or simple."""

HEAD_VERTEX = """
#version 330
in vec3 position; in vec3 normal; in vec3 canonical; in vec4 paint; in vec2 brow; in float region;
uniform mat4 view; uniform mat4 projection;
out vec3 v_position; out vec3 v_normal; out vec3 v_canonical; out vec4 v_paint; out vec2 v_brow; flat out float v_region;
void main() {
    vec4 p = view * vec4(position, 1.0);
    v_position = p.xyz; v_normal = mat3(view) * normal; v_canonical = canonical;
    v_paint = paint; v_brow = brow; v_region = region;
    gl_Position = projection * p;
}
"""

# Regions: 0 skin, 1 mouth socket, 2 eye socket, 3 gums and tongue, 4 teeth, 5 eyeball.
# paint: x lips, y hair, z beard area, w distance from the front of the eyeball (eyes only).
HEAD_FRAGMENT = """
#version 330
in vec3 v_position; in vec3 v_normal; in vec3 v_canonical; in vec4 v_paint; in vec2 v_brow; flat in float v_region;
uniform vec3 skin, lips, hair, iris;
uniform float brow_width, brow_strength, stubble, beard, freckles, makeup, gloss, seed, pupil;
uniform float w_glabella, w_forehead, w_nose; uniform vec2 w_nasolabial, w_crow, w_chin;
uniform vec3 key_direction, key_color, fill_direction, fill_color, sky_color, ground_color;
out vec4 color;

float hash(vec3 p) { p = fract(p * 0.3183099 + 0.1); p *= 17.0; return fract(p.x * p.y * p.z * (p.x + p.y + p.z)); }
float noise(vec3 x) {
    vec3 i = floor(x), f = fract(x); f = f * f * (3.0 - 2.0 * f);
    return mix(mix(mix(hash(i), hash(i + vec3(1,0,0)), f.x), mix(hash(i + vec3(0,1,0)), hash(i + vec3(1,1,0)), f.x), f.y),
               mix(mix(hash(i + vec3(0,0,1)), hash(i + vec3(1,0,1)), f.x), mix(hash(i + vec3(0,1,1)), hash(i + vec3(1,1,1)), f.x), f.y), f.z);
}
float line(float d, float width) { return exp(-d * d / (width * width)); }

float wrinkles(vec3 q) {
    float side = q.x > 0.0 ? 1.0 : 0.0; float ax = abs(q.x);
    float jitter = noise(vec3(q.xy * 0.6, seed)) - 0.5;
    float dark = 0.0;
    float glabella = smoothstep(4.2, 5.2, q.y) * smoothstep(8.0, 6.4, q.y);
    dark += w_glabella * glabella * (line(ax - 0.75 + 0.25 * jitter, 0.16) + 0.5 * line(q.x - 0.2 * jitter, 0.14));
    float forehead = smoothstep(6.4, 7.2, q.y) * smoothstep(10.5, 9.0, q.y) * smoothstep(5.5, 3.5, ax);
    dark += w_forehead * forehead * pow(0.5 + 0.5 * cos((q.y + 0.5 * jitter + 0.06 * ax) * 6.283 / 0.95), 6.0) * 0.8;
    dark += w_nose * smoothstep(2.0, 0.5, ax) * smoothstep(2.2, 3.0, q.y) * smoothstep(5.0, 4.2, q.y)
            * pow(0.5 + 0.5 * cos((q.y + 0.5 * ax) * 6.283 / 0.5), 4.0) * 0.6;
    float t = clamp((1.2 - q.y) / 5.2, 0.0, 1.0);
    float fold = 1.75 + 1.75 * t;
    float nl = side > 0.5 ? w_nasolabial.y : w_nasolabial.x;
    dark += nl * line(ax - fold - 0.2 * jitter, 0.22) * smoothstep(1.4, 0.4, q.y) * smoothstep(-4.6, -3.2, q.y);
    float crow = side > 0.5 ? w_crow.y : w_crow.x;
    vec2 c = vec2(ax - 4.7, q.y - 3.3);
    float angle = atan(c.y, c.x); float r = length(c);
    dark += crow * smoothstep(0.3, 0.6, r) * smoothstep(2.2, 1.0, r) * smoothstep(1.0, 0.6, abs(angle)) * pow(0.5 + 0.5 * cos(angle * 9.0), 4.0) * 0.6;
    dark += crow * 0.5 * line(q.y - 2.2 + 0.12 * (ax - 3.2) * (ax - 3.2), 0.16) * smoothstep(4.8, 4.0, ax) * smoothstep(1.4, 2.2, ax);
    dark += (w_chin.x + w_chin.y) * 0.25 * smoothstep(1.6, 0.4, ax) * smoothstep(-7.4, -6.6, q.y) * smoothstep(-4.9, -5.6, q.y) * noise(q * 5.0);
    return dark;
}

void main() {
    vec3 q = v_canonical; vec3 n = normalize(v_normal);
    if (!gl_FrontFacing && v_region > 0.5) n = -n;
    vec3 eye = normalize(-v_position);
    vec3 albedo; float shine = gloss; float power = 18.0; float light = 1.0;
    if (v_region < 0.5) {
        float soft = noise(q * 0.7 + seed), fine = noise(q * 9.0 + seed), pores = noise(q * 22.0);
        albedo = skin * (0.86 + 0.16 * soft + 0.10 * (fine - 0.5) + 0.08 * (pores - 0.5));
        float ruddy = exp(-pow(length(vec2(abs(q.x) - 3.9, q.y - 0.4)) / 1.7, 2.0)) + 0.8 * exp(-pow(length(q.xy - vec2(0.0, 0.6)) / 1.1, 2.0));
        albedo *= mix(vec3(1.0), vec3(1.05, 0.82, 0.80), clamp(ruddy * (0.5 + 0.5 * makeup), 0.0, 1.0));
        albedo *= 1.0 - 0.4 * freckles * smoothstep(0.72, 0.80, noise(q * 5.0 + 3.0 * seed)) * (0.4 + ruddy);
        albedo *= 1.0 - 0.22 * line(length(vec2((abs(q.x) - 3.1) * 0.6, q.y - 2.3)), 0.8);
        albedo = mix(albedo, lips * (0.9 + 0.2 * noise(vec3(q.x * 9.0, q.y * 2.0, seed))), smoothstep(0.25, 0.75, v_paint.x));
        if (v_paint.x > 0.5) shine = 0.3 + 0.5 * gloss + 0.4 * makeup;
        float lid = line(length(vec2((abs(q.x) - 3.15) / 1.6, (q.y - 3.9) / 0.7)), 1.0);
        albedo *= 1.0 - lid * (0.08 + 0.35 * makeup * makeup);
        albedo *= 1.0 - clamp(wrinkles(q), 0.0, 1.2) * 0.55;
        float whisker = stubble * (0.5 + 0.5 * noise(q * 25.0)) + beard * (0.75 + 0.25 * noise(q * vec3(14.0, 5.0, 14.0)));
        albedo = mix(albedo, hair, clamp(v_paint.z * whisker, 0.0, 0.96) * (1.0 - smoothstep(0.1, 0.5, v_paint.x)));
        float strokes = noise(vec3(v_brow.x * 26.0 + v_brow.y * 7.0, v_brow.y * 4.0, seed));
        float across = abs(v_brow.y) / (brow_width * (0.55 + 0.6 * smoothstep(0.0, 0.25, v_brow.x)) * (1.0 - 0.65 * smoothstep(0.55, 1.0, v_brow.x)));
        float hairs = smoothstep(1.25, 0.55, across + 0.5 * (strokes - 0.5)) * smoothstep(-0.06, 0.03, v_brow.x) * smoothstep(1.08, 0.95, v_brow.x);
        albedo = mix(albedo, hair * 0.9, clamp(hairs * brow_strength, 0.0, 0.97));
        float strand = noise(vec3(q.x * 6.0, q.y * 1.2, q.z * 2.0) + seed);
        float scalp = smoothstep(0.35, 0.65, v_paint.y + 0.25 * (strand - 0.5));
        albedo = mix(albedo, hair * (0.6 + 0.8 * strand), scalp);
        shine *= 1.0 - 0.6 * scalp;
    } else if (v_region < 1.5) { albedo = skin * vec3(0.35, 0.12, 0.12); light = 0.18; shine = 0.2;
    } else if (v_region < 2.5) { albedo = skin * vec3(0.7, 0.45, 0.42); light = 0.5; shine = 0.1;
    } else if (v_region < 3.5) { albedo = vec3(0.50, 0.16, 0.16); light = 0.30 + 0.45 * smoothstep(6.0, 11.0, q.z); shine = 0.5;
    } else if (v_region < 4.5) { albedo = vec3(0.80, 0.75, 0.64); light = 0.22 + 0.75 * smoothstep(7.5, 10.4, q.z); shine = 0.6;
    } else {
        float r = v_paint.w;
        float streak = noise(vec3(atan(q.y - 3.4, abs(q.x) - 3.1) * 7.0, r * 3.0, seed));
        vec3 white = vec3(0.80, 0.76, 0.72) * (1.0 - 0.25 * smoothstep(0.7, 1.3, r));
        albedo = mix(iris * (0.5 + 0.9 * streak), white, smoothstep(0.54, 0.60, r));
        albedo *= 1.0 - 0.6 * line(r - 0.56, 0.05);
        albedo = mix(vec3(0.01), albedo, smoothstep(pupil - 0.03, pupil + 0.02, r));
        shine = 2.5; power = 90.0; light = 0.85 - 0.35 * smoothstep(3.2, 4.0, q.y);
    }
    float wrap = 0.25;
    float key = clamp((dot(n, key_direction) + wrap) / (1.0 + wrap), 0.0, 1.0);
    float fill = clamp((dot(n, fill_direction) + wrap) / (1.0 + wrap), 0.0, 1.0);
    vec3 ambient = mix(ground_color, sky_color, 0.5 + 0.5 * n.y);
    float hollow = v_region < 0.5 ? 1.0 - 0.35 * exp(-pow(length(vec2((abs(q.x) - 2.2) * 0.8, q.y - 4.2)) / 1.1, 2.0)) : 1.0;
    if (v_region < 0.5) hollow *= 1.0 - 0.5 * smoothstep(-8.0, -10.5, q.y) * smoothstep(9.5, 6.0, q.z);
    vec3 lit = albedo * light * hollow * (key_color * key + fill_color * fill + ambient);
    float spec = pow(max(dot(n, normalize(key_direction + eye)), 0.0), power) * shine * 0.16;
    float rim = pow(1.0 - max(dot(n, eye), 0.0), 4.0) * 0.12;
    lit += light * (key_color * spec + sky_color * rim * (v_region < 0.5 ? 1.0 : 0.0));
    color = vec4(pow(clamp(lit, 0.0, 1.0), vec3(1.0 / 2.2)), 1.0);
}
"""

PLAIN_VERTEX = """
#version 330
in vec3 position; in vec3 normal;
uniform mat4 view; uniform mat4 projection;
out vec3 v_normal;
void main() { v_normal = mat3(view) * normal; gl_Position = projection * view * vec4(position, 1.0); }
"""

PLAIN_FRAGMENT = """
#version 330
in vec3 v_normal;
uniform vec3 albedo, key_direction, key_color, sky_color;
out vec4 color;
void main() {
    float key = clamp(dot(normalize(v_normal), key_direction) * 0.8 + 0.2, 0.0, 1.0);
    color = vec4(pow(clamp(albedo * (key_color * key + sky_color), 0.0, 1.0), vec3(1.0 / 2.2)), 1.0);
}
"""

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
